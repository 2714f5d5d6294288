/** @typedef {'en' | 'fr'} Language */

const EN = {
  cardNumber: 'Card number',
  expiry: 'Expiration date',
  expiryPlaceholder: 'MM / YY',
  cvc: 'Security code',
  cvcPlaceholder: 'CVC',
  country: 'Country',
  postal: 'Postal code',
  name: 'Full name',
  email: 'Email',
  iban: 'IBAN',
  card: 'Card',
  sepa_debit: 'SEPA Debit',
  methods: 'Payment methods',
  cardFrame: 'Secure card payment input frame',
  paymentFrame: 'Secure payment input frame',
  challenge: '3D Secure authentication',
  cancel: 'Cancel',
  mandate:
    'By confirming, you allow {merchant} and Stripe to have your bank debit this account, and your bank to do so. Your bank gives the money back if you ask within 8 weeks. You are told of each debit up to 2 days before.',
  someMerchant: 'the merchant',
  incomplete_number: 'Your card number is incomplete.',
  invalid_number: 'Your card number is invalid.',
  incomplete_expiry: "Your card's expiration date is incomplete.",
  invalid_expiry_month: "Your card's expiration month is invalid.",
  invalid_expiry_year_past: "Your card's expiration year is in the past.",
  invalid_expiry_month_past: "Your card's expiration date is in the past.",
  incomplete_cvc: "Your card's security code is incomplete.",
  incomplete_zip: 'Your postal code is incomplete.',
  incomplete_iban: 'Your IBAN is incomplete.',
  invalid_iban: 'Your IBAN is invalid.',
  incomplete_name: 'Please provide your full name.',
  incomplete_email: 'Your email is incomplete.',
  email_invalid: 'Your email is invalid.',
  api_connection_error:
    'We are experiencing issues connecting to our payments provider. Please check your internet connection and try again.',
  payment_intent_authentication_failure:
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  setup_intent_authentication_failure:
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** @type {Record<keyof typeof EN, string>} */
const FR = {
  cardNumber: 'Numéro de carte',
  expiry: "Date d'expiration",
  expiryPlaceholder: 'MM / AA',
  cvc: 'Code de sécurité',
  cvcPlaceholder: 'CVC',
  country: 'Pays',
  postal: 'Code postal',
  name: 'Nom complet',
  email: 'Adresse e-mail',
  iban: 'IBAN',
  card: 'Carte',
  sepa_debit: 'Prélèvement SEPA',
  methods: 'Moyens de paiement',
  cardFrame: 'Cadre de saisie sécurisé pour le paiement par carte',
  paymentFrame: 'Cadre de saisie sécurisé pour le paiement',
  challenge: 'Authentification 3D Secure',
  cancel: 'Annuler',
  mandate:
    'En confirmant, vous autorisez {merchant} et Stripe à faire débiter ce compte par votre banque, et votre banque à le débiter. Elle vous rembourse si vous le demandez dans les 8 semaines. Vous êtes prévenu de chaque débit jusqu’à 2 jours avant.',
  someMerchant: 'le commerçant',
  incomplete_number: 'Votre numéro de carte est incomplet.',
  invalid_number: "Votre numéro de carte n'est pas valide.",
  incomplete_expiry: "La date d'expiration de votre carte est incomplète.",
  invalid_expiry_month: "Le mois d'expiration de votre carte n'est pas valide.",
  invalid_expiry_year_past: "L'année d'expiration de votre carte est passée.",
  invalid_expiry_month_past: "La date d'expiration de votre carte est passée.",
  incomplete_cvc: 'Le code de sécurité de votre carte est incomplet.',
  incomplete_zip: 'Votre code postal est incomplet.',
  incomplete_iban: 'Votre IBAN est incomplet.',
  invalid_iban: "Votre IBAN n'est pas valide.",
  incomplete_name: 'Veuillez indiquer votre nom complet.',
  incomplete_email: 'Votre adresse e-mail est incomplète.',
  email_invalid: "Votre adresse e-mail n'est pas valide.",
  api_connection_error:
    'Nous rencontrons des problèmes de connexion avec notre prestataire de paiement. Vérifiez votre connexion Internet et réessayez.',
  payment_intent_authentication_failure:
    'Nous ne pouvons pas authentifier votre moyen de paiement. Choisissez-en un autre, puis réessayez.',
  setup_intent_authentication_failure:
    'Nous ne pouvons pas authentifier votre moyen de paiement. Choisissez-en un autre, puis réessayez.',
};

/** What the API says in English, for a page that is not. @type {Record<string, string>} */
const FR_DECLINES = {
  card_declined: 'Votre carte a été refusée.',
  insufficient_funds: 'Les fonds disponibles sur votre carte sont insuffisants.',
  expired_card: 'Votre carte a expiré.',
  incorrect_cvc: 'Le code de sécurité de votre carte est incorrect.',
  incorrect_number: 'Votre numéro de carte est incorrect.',
  invalid_expiry_month: "Le mois d'expiration de votre carte n'est pas valide.",
  invalid_expiry_year: "L'année d'expiration de votre carte n'est pas valide.",
  processing_error:
    "Une erreur s'est produite lors du traitement de votre carte. Réessayez dans quelques instants.",
};

/** `auto`, and any language that is not translated, follow Stripe.js: the browser's language, then English. */
/** @param {string | undefined} locale @returns {Language} */
export function languageOf(locale) {
  const wanted = locale === undefined || locale === 'auto' ? navigator.language : locale;
  return wanted.toLowerCase().split('-')[0] === 'fr' ? 'fr' : 'en';
}

/** @param {Language} language */
export function textsIn(language) {
  return language === 'fr' ? FR : EN;
}

/**
 * An error of the API in the page's language, where it has the words.
 * @template {{ code?: string, decline_code?: string, message?: string }} T
 * @param {T} error @param {Language} language @returns {T}
 */
export function localised(error, language) {
  const own = /** @type {Record<string, string>} */ (textsIn(language));
  const french = language === 'fr' ? FR_DECLINES : {};
  const known = [error.decline_code, error.code].find((code) => code !== undefined && code in french);
  if (known !== undefined) return { ...error, message: french[known] };
  const authentication = error.code?.endsWith('_authentication_failure') && own[error.code];
  return authentication ? { ...error, message: authentication } : error;
}
