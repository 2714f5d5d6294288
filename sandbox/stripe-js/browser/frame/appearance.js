const VARIABLES = {
  colorPrimary: '--primary',
  colorBackground: '--background',
  colorText: '--text',
  colorTextSecondary: '--muted',
  colorDanger: '--danger',
  borderRadius: '--radius',
  fontFamily: '--font',
  fontSizeBase: '--size',
};

const NIGHT = { colorBackground: '#30313d', colorText: '#ffffff', colorTextSecondary: '#c5c6cc' };

/** The shop's colours: of `appearance`, and of a card element's `style`. @param {any} appearance @param {any} style */
export function applyAppearance(appearance = {}, style = {}) {
  const { color, fontFamily, fontSize } = style.base ?? {};
  const wanted = {
    ...(appearance.theme === 'night' && NIGHT),
    ...appearance.variables,
    ...(color && { colorText: color }),
    ...(fontFamily && { fontFamily }),
    ...(fontSize && { fontSizeBase: fontSize }),
  };
  for (const [name, property] of Object.entries(VARIABLES))
    if (name in wanted) document.documentElement.style.setProperty(property, wanted[name]);
}
