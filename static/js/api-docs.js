// The browsable list of operations; everything it needs comes from this site.
const operations = document.getElementById("operations");
SwaggerUIBundle({
  url: operations.dataset.schema,
  domNode: operations,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
