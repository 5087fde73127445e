import { models } from "./api.js";
import { fillFrom, generate } from "./generate.js";
import "./restore.js";

const error = document.getElementById("generate-error");
const select = document.querySelector("#generate select[name=model]");

try {
  for (const { name, latentDimension } of await models()) {
    const option = document.createElement("option");
    option.value = name;
    option.textContent = `${name} (${latentDimension} latents)`;
    select.append(option);
  }
  if (fillFrom(new URLSearchParams(location.search))) {
    await generate();
  }
} catch (problem) {
  error.textContent = `The models cannot be listed: ${problem.message}`;
}
