/* Swagger UI, from its own library, defines SwaggerUIBundle. Nothing is validated elsewhere. */
SwaggerUIBundle({ url: "openapi.json", dom_id: "#documentation", validatorUrl: null, tryItOutEnabled: true, deepLinking: true });
