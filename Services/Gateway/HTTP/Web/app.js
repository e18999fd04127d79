// SPDX-License-Identifier: Apache-2.0
// The page itself: who is here, which conversation is open, and one answer at a time.

import * as api from "./api.js";
import { citationList, element, showText } from "./text.js";

const $ = (id) => document.getElementById(id);

const state = { conversation: null, answering: null, opened: 0 };

// Signing in and out

function showSignIn(message) {
  api.credential.forget();
  $("workspace").hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-error").hidden = !message;
  $("sign-in-error").textContent = message ?? "";
}

async function enter() {
  try {
    const models = await api.listModels();
    const chat = models.filter((model) => model.parley?.kind !== "embedding");
    $("model").replaceChildren(...chat.map((model) => new Option(model.id, model.id)));
  } catch (error) {
    showSignIn(error.status === 401 ? "This key or session is not valid." : error.message);
    return;
  }
  $("sign-in").hidden = true;
  $("workspace").hidden = false;
  openConversation(null);
  refreshConversations();
  refreshFiles();
}

$("password-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await api.signIn($("email").value, $("password").value);
    $("password").value = "";
    api.credential.set({ kind: "session", token: answer.access_token });
    await enter();
  } catch (error) {
    showSignIn(error.message);
  }
});

$("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  api.credential.set({ kind: "key", token: $("key").value.trim() });
  $("key").value = "";
  await enter();
});

$("sign-out").addEventListener("click", async () => {
  state.answering?.abort();
  // A session that has ended already is as good as signed out.
  if (api.credential.get()?.kind === "session") await api.signOut().catch(() => {});
  showSignIn();
});

/** Errors land here: an ended session goes back to the door, everything else is said above the composer. */
function report(error) {
  if (error.name === "AbortError") return;
  if (error.status === 401) showSignIn("Your session has ended. Please sign in again.");
  else $("status").textContent = error.message;
}

// Conversations

async function refreshConversations() {
  try {
    const rows = (await api.listConversations()).map((conversation) => {
      const title = conversation.metadata?.title || "Untitled";
      const entry = element("button", "entry", title);
      entry.type = "button";
      entry.setAttribute("aria-current", String(conversation.id === state.conversation));
      entry.addEventListener("click", () => openConversation(conversation.id));
      return element("li", "", entry, removeButton(`Delete ${title}`, async () => {
        await api.deleteConversation(conversation.id);
        if (state.conversation === conversation.id) openConversation(null);
        await refreshConversations();
      }));
    });
    $("conversations").replaceChildren(...rows);
  } catch (error) {
    report(error);
  }
}

function removeButton(label, action) {
  const button = element("button", "remove", "\u00d7");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => action().catch(report));
  return button;
}

async function openConversation(id) {
  state.answering?.abort();
  state.conversation = id;
  const opened = ++state.opened;
  closeSidebar();
  $("status").textContent = "";
  const welcome = element("p", "welcome", "Ask anything. Answers appear as they are written.");
  $("messages").replaceChildren(welcome);
  for (const entry of $("conversations").querySelectorAll(".entry")) entry.setAttribute("aria-current", "false");
  $("prompt").focus();
  if (!id) return;
  try {
    const items = await api.listItems(id);
    // A click on another conversation may have overtaken this answer.
    if (opened !== state.opened) return;
    welcome.remove();
    for (const item of items) {
      const message = addMessage(item.role);
      message.show(item.content.map((part) => part.text).join(""));
      message.cite(item.parley?.citations);
    }
    refreshConversations();
  } catch (error) {
    report(error);
  }
}

$("new-chat").addEventListener("click", () => openConversation(null));

// Files

async function refreshFiles() {
  try {
    const rows = (await api.listFiles()).map((file) => element(
      "li", "", element("span", "entry", file.filename), element("small", "", fileState(file)),
      removeButton(`Delete ${file.filename}`, async () => {
        await api.deleteFile(file.id);
        await refreshFiles();
      })));
    $("files").replaceChildren(...rows);
  } catch (error) {
    report(error);
  }
}

const fileState = (file) => ({ uploaded: "reading…", processed: "ready", error: "failed" })[file.status] ?? file.status;

$("upload").addEventListener("change", async () => {
  const [file] = $("upload").files;
  if (!file) return;
  $("status").textContent = `Adding ${file.name}…`;
  try {
    let added = await api.uploadFile(file);
    $("use-files").checked = true;
    while (added.status === "uploaded") {
      await refreshFiles();
      await new Promise((resume) => setTimeout(resume, 500));
      added = await api.getFile(added.id);
    }
    $("status").textContent = added.status === "error"
      ? `${file.name} could not be read: ${added.status_details ?? ""}` : `${file.name} is ready.`;
    await refreshFiles();
  } catch (error) {
    report(error);
  } finally {
    $("upload").value = "";
  }
});

// One answer

function addMessage(role) {
  const text = element("div", "text");
  const message = element("article", `message ${role}`, text);
  message.setAttribute("aria-label", role === "user" ? "You" : "Answer");
  $("messages").querySelector(".welcome")?.remove();
  $("messages").append(message);
  return {
    node: message,
    show: (value) => (role === "user" ? (text.textContent = value) : showText(text, value)),
    cite: (citations) => citations?.length && message.append(citationList(citations)),
    note: (facts) => message.append(element("p", "facts", facts)),
  };
}

async function ask(question) {
  const abort = new AbortController();
  state.answering = abort;
  $("status").textContent = "";
  $("send").hidden = true;
  $("stop").hidden = false;
  addMessage("user").show(question);
  const answer = addMessage("assistant");
  answer.node.classList.add("running");
  scrollDown(true);
  try {
    if (!state.conversation) {
      state.conversation = (await api.createConversation(question.slice(0, 60))).id;
      refreshConversations();
    }
    await receive(question, answer, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) answer.note("Stopped.");
    else report(error);
  } finally {
    answer.node.classList.remove("running");
    // Another answer may have begun in a conversation opened meanwhile; its buttons are not ours.
    if (state.answering === abort) {
      state.answering = null;
      $("send").hidden = false;
      $("stop").hidden = true;
    }
  }
}

async function receive(question, answer, signal) {
  const request = {
    model: $("model").value,
    messages: [{ role: "user", content: question }],
    parley: { conversation_id: state.conversation, ...($("use-files").checked && { retrieval: {} }) },
  };
  let text = "";
  let isPending = false;
  const started = performance.now();
  for await (const chunk of api.streamAnswer(request, signal)) {
    text += chunk.choices[0]?.delta.content ?? "";
    // Redrawn at most once a frame: a long answer at a hundred tokens a second would keep the page busy otherwise.
    if (!isPending) {
      isPending = true;
      requestAnimationFrame(() => {
        isPending = false;
        answer.show(text);
        scrollDown();
      });
    }
    answer.cite(chunk.parley?.citations);
    if (chunk.parley?.retrieval_degraded) $("status").textContent = "Your files could not be searched in time.";
    if (chunk.choices[0]?.finish_reason === "content_filter") answer.note("Stopped by your organisation's policy.");
    if (chunk.usage) answer.note(facts(chunk.usage, performance.now() - started));
  }
  answer.show(text);
}

function facts(usage, milliseconds) {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const seconds = (milliseconds / 1000).toFixed(1);
  return `${usage.prompt_tokens} tokens read (${cached} from cache), ${usage.completion_tokens} written, ${seconds} s`;
}

/** Follows the answer unless the reader has scrolled up to read. */
function scrollDown(always = false) {
  const box = $("messages");
  if (always || box.scrollHeight - box.scrollTop - box.clientHeight < 120) box.scrollTop = box.scrollHeight;
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = $("prompt").value.trim();
  if (!question || state.answering) return;
  $("prompt").value = "";
  fitPrompt();
  ask(question);
});

$("prompt").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

const fitPrompt = () => {
  $("prompt").rows = Math.min(8, $("prompt").value.split("\n").length);
};
$("prompt").addEventListener("input", fitPrompt);
$("stop").addEventListener("click", () => state.answering?.abort());

// The sidebar on small screens

function closeSidebar() {
  $("sidebar").classList.remove("open");
  $("toggle-sidebar").setAttribute("aria-expanded", "false");
}

$("toggle-sidebar").addEventListener("click", () => {
  const isOpen = $("sidebar").classList.toggle("open");
  $("toggle-sidebar").setAttribute("aria-expanded", String(isOpen));
});

if (api.credential.get()) enter();
else showSignIn();
