import { messageOf, models } from "./api.js";
import "./complete.js";
import { fillFrom, renewSeed, request } from "./form.js";
import "./game.js";
import { offerConditions } from "./given.js";
import { generate } from "./generate.js";
import { makeRoom } from "./grid.js";
import { showMap } from "./map.js";
import { offerClasses } from "./morph.js";
import "./score.js";
import { speakOf } from "./words.js";

const error = document.getElementById("generate-error");
const select = document.querySelector("#generate select[name=model]");

/** Shows what the chosen model can do. */
async function choose(served) {
  const { dataSet, classes, conditions } = served.find(({ name }) => name === select.value);
  speakOf(dataSet);
  offerClasses(classes);
  document.querySelectorAll("[data-with=classes]").forEach((element) => (element.hidden = classes.length < 2));
  await offerConditions(conditions);
}

try {
  const served = await models();
  for (const { name, latentDimension } of served) {
    select.append(new Option(`${name} (${latentDimension} latents)`, name));
  }
  const { found, wrong } = fillFrom(new URLSearchParams(location.search));
  await choose(served);
  select.addEventListener("change", async () => {
    try {
      await choose(served);
    } catch (failure) {
      error.textContent = messageOf(failure);
    }
    await showMap();
  });
  if (wrong.length > 0) {
    error.textContent = `The link asks for what is not possible. ${wrong.join(". ")}.`;
  } else {
    if (!found) {
      renewSeed();
    }
    makeRoom(request().images);
    await generate();
  }
  await showMap();
} catch (failure) {
  document.getElementById("given").hidden = true;
  error.textContent = `The models cannot be listed. ${messageOf(failure)}`;
}
