// Shows the description of the API by Swagger UI; nothing is asked of any other host, not even whether it is valid.
const place = document.getElementById("api");

// Swagger UI would fill in the examples of all parameters at once, and a list with every filter set is empty.
function tellExamples(description) {
  for (const operations of Object.values(description.paths)) {
    for (const { parameters = [] } of Object.values(operations)) {
      for (const parameter of parameters) {
        const { example, ...schema } = parameter.schema ?? {};
        if (parameter.in === "query" && example !== undefined) {
          parameter.description = `${parameter.description ?? ""} For example \`${[example].flat().join(",")}\`.`;
          parameter.schema = schema;
        }
      }
    }
  }
  return description;
}

async function show() {
  const response = await fetch(place.dataset.description);
  SwaggerUIBundle({
    domNode: place,
    spec: tellExamples(await response.json()),
    validatorUrl: null,
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
  });
}

show().catch((error) => {
  place.textContent = `The description of the API could not be shown: ${error.message}`;
});
