/** The page that shows the API. `base` is the path below which it is mounted, without a slash at its end. */
export function docsPage(base: string): string {
  const root = encodeURI(`${base}/docs`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Guichet API</title>
    <link rel="icon" href="${root}/favicon-32x32.png">
    <link rel="stylesheet" href="${root}/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${root}/swagger-ui-bundle.js"></script>
    <script src="${root}/initializer.js"></script>
  </body>
</html>
`;
}

/** A file of its own, so that the page needs no inline script. Keys are not remembered, nothing is sent elsewhere. */
export const initializer = `SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;
