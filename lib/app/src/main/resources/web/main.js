import { messageOf, models } from "./api.js";
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
  const { found, wrong } = fillFrom(new URLSearchParams(location.search));
  if (wrong.length > 0) {
    error.textContent = `The link asks for what is not possible. ${wrong.join(". ")}.`;
  } else if (found) {
    await generate();
  }
} catch (failure) {
  error.textContent = `The models cannot be listed. ${messageOf(failure)}`;
}
