import { messageOf, models } from "./api.js";
import { fillFrom, generate } from "./generate.js";
import "./restore.js";
import { speakOf } from "./words.js";

const error = document.getElementById("generate-error");
const select = document.querySelector("#generate select[name=model]");

try {
  const served = await models();
  for (const { name, latentDimension } of served) {
    const option = document.createElement("option");
    option.value = name;
    option.textContent = `${name} (${latentDimension} latents)`;
    select.append(option);
  }
  const { found, wrong } = fillFrom(new URLSearchParams(location.search));
  const speak = () => speakOf(served.find(({ name }) => name === select.value)?.dataSet);
  select.addEventListener("change", speak);
  speak();
  if (wrong.length > 0) {
    error.textContent = `The link asks for what is not possible. ${wrong.join(". ")}.`;
  } else if (found) {
    await generate();
  }
} catch (failure) {
  error.textContent = `The models cannot be listed. ${messageOf(failure)}`;
}
