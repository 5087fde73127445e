/** A refusal or failure of the server, with the message of its problem details (RFC 9457). */
class ProblemError extends Error {}

/** The server could not be asked, or went away before it had answered. */
class ConnectionError extends Error {}

/** Awaits an operation that fails only if the connection does. */
async function connected(ask) {
  try {
    return await ask();
  } catch (failure) {
    throw failure.name === "AbortError" ? failure : new ConnectionError("The server cannot be reached.", { cause: failure });
  }
}

/** Returns the message of an error for people. Names a fault of the page as such, and logs it in the console. */
export function messageOf(failure) {
  if (failure instanceof ProblemError || failure instanceof ConnectionError) {
    return failure.message;
  }
  console.error(failure);
  return `The page failed: ${failure.message}`;
}

/** Asks for the models. */
export async function models() {
  const response = await checked(await connected(() => fetch("api/models")));
  return JSON.parse(await connected(() => response.text()));
}

/** Asks for the conditions that a model knows. */
export async function conditions(model) {
  const response = await checked(await connected(() => fetch(`api/conditions?${new URLSearchParams({ model })}`)));
  return JSON.parse(await connected(() => response.text()));
}

/**
 * Posts a job and follows it.
 *
 * @param {string} path such as "api/generate"
 * @param {object} request goes as JSON
 * @param {AbortSignal} signal stops the job: the server notices that nobody listens
 * @param {(event: object) => void} onProgress takes each event on the way
 * @returns {Promise<object>} the result
 */
export async function follow(path, request, signal, onProgress = () => {}) {
  const response = await checked(await connected(() => fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(request),
    signal,
  })));
  for await (const { name, data } of events(response.body)) {
    if (name === "progress") {
      onProgress(data);
    } else if (name === "problem") {
      throw new ProblemError(data.detail);
    } else {
      return data;
    }
  }
  throw new ConnectionError("The server has broken off.");
}

async function checked(response) {
  if (response.ok) {
    return response;
  }
  const problem = await response.json().catch(() => ({}));
  throw new ProblemError(problem.detail ?? `the server answered ${response.status}`);
}

/** Reads server-sent events; EventSource cannot, of a POST. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await connected(() => reader.read());
    if (done) {
      return;
    }
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const name = lines.find((line) => line.startsWith("event: "));
      const data = lines.find((line) => line.startsWith("data: "));
      if (name && data) {
        yield { name: name.slice(7), data: JSON.parse(data.slice(6)) };
      }
    }
  }
}

/**
 * Runs one job at a time: shows its errors, and lets a button stop it.
 *
 * @param {{stop: HTMLButtonElement, start: HTMLButtonElement[], error: HTMLElement, status: HTMLElement}} controls
 */
export function runner(controls) {
  let running = null;
  controls.stop.addEventListener("click", () => running?.abort());
  return async (job) => {
    if (running) {
      return;
    }
    running = new AbortController();
    controls.stop.disabled = false;
    controls.start.forEach((button) => (button.disabled = true));
    controls.error.textContent = "";
    try {
      await job(running.signal);
    } catch (failure) {
      if (running.signal.aborted) {
        controls.status.textContent = "Stopped.";
      } else {
        controls.status.textContent = "";
        controls.error.textContent = messageOf(failure);
      }
    } finally {
      running = null;
      controls.stop.disabled = true;
      controls.start.forEach((button) => (button.disabled = false));
    }
  };
}
