/** The only version that Guichet speaks; stripe@17.5.0 pins the same one. */
export const API_VERSION = '2024-12-18.acacia';
