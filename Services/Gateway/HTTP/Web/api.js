// SPDX-License-Identifier: Apache-2.0
// Calls to Parley's public API. The page uses nothing that any other program could not.

const STORE = "parley.credential";

/** The key or token of this tab. Session storage ends with the tab, and no other site can read it. */
export const credential = {
  get: () => JSON.parse(sessionStorage.getItem(STORE) ?? "null"),
  set: (value) => sessionStorage.setItem(STORE, JSON.stringify(value)),
  forget: () => sessionStorage.removeItem(STORE),
};

/** What the server said is wrong, in its own words. */
export class APIError extends Error {
  constructor(status, error) {
    super(error?.message ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = error?.code ?? null;
  }
}

async function call(method, path, { body, form, signal } = {}) {
  const headers = { ...(body && { "content-type": "application/json" }) };
  const token = credential.get()?.token;
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, {
    method, headers, signal, body: form ?? (body && JSON.stringify(body)), credentials: "omit", cache: "no-store",
  });
  if (!response.ok) {
    const answer = await response.json().catch(() => null);
    throw new APIError(response.status, answer?.error);
  }
  return response;
}

const json = async (...request) => (await call(...request)).json();

export const signIn = (email, password) => json("POST", "/auth/login", { body: { email, password } });
export const signOut = () => call("POST", "/auth/logout");

export const listModels = async () => (await json("GET", "/v1/models")).data;

export const listConversations = async () => (await json("GET", "/v1/conversations?limit=50")).data;
export const createConversation = (title) => json("POST", "/v1/conversations", { body: { metadata: { title } } });
export const deleteConversation = (id) => call("DELETE", `/v1/conversations/${encodeURIComponent(id)}`);

/** All items of a conversation, page by page. */
export async function listItems(id) {
  const items = [];
  let after = "";
  for (;;) {
    const page = await json("GET", `/v1/conversations/${encodeURIComponent(id)}/items?order=asc&limit=100${after}`);
    items.push(...page.data);
    if (!page.has_more || !page.last_id) return items;
    after = `&after=${encodeURIComponent(page.last_id)}`;
  }
}

export const listFiles = async () => (await json("GET", "/v1/files?limit=50")).data;
export const getFile = (id) => json("GET", `/v1/files/${encodeURIComponent(id)}`);
export const deleteFile = (id) => call("DELETE", `/v1/files/${encodeURIComponent(id)}`);

export function uploadFile(file) {
  const form = new FormData();
  form.append("purpose", "assistants");
  form.append("file", file);
  return json("POST", "/v1/files", { form });
}

/** The chunks of one answer, as they come. Aborting `signal` stops the model too. */
export async function* streamAnswer(request, signal) {
  const body = { ...request, stream: true, stream_options: { include_usage: true } };
  const response = await call("POST", "/v1/chat/completions", { body, signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      if (data === "[DONE]") return;
      if (!data) continue;
      const chunk = JSON.parse(data);
      if (chunk.error) throw new APIError(200, chunk.error);
      yield chunk;
    }
  }
}
