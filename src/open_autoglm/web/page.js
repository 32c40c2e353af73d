// What only the browser can do: keys, the clipboard, scrolling along, the way back.
(() => {
  const typing = (event) => event.isComposing || event.keyCode === 229; // an input method is at work

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Browsers offer the clipboard to secure pages only; over plain HTTP on a network this remains.
      const field = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function say(button, text) {
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    label.textContent = text;
    setTimeout(() => (label.textContent = before), 1500);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy-code");
    if (button) {
      await copy(button.closest("figure").querySelector("code").textContent);
      say(button, page.copied);
    }
    if (event.target.closest(".side a, .scrim")) document.body.classList.remove("drawer-open");
  });

  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.body.classList.add("drawer-open");
      document.querySelector("#search input")?.focus();
    } else if (control && event.shiftKey && event.key.toLowerCase() === "o") {
      event.preventDefault();
      emitEvent("new_chat");
    } else if (event.key === "Escape") {
      if (document.querySelector(".q-dialog, .q-menu")) return;
      if (document.body.classList.contains("drawer-open")) document.body.classList.remove("drawer-open");
      else emitEvent("stop_answer");
    }
  });

  window.addEventListener("popstate", () => emitEvent("went_to", location.pathname));

  document.addEventListener("visibilitychange", () => emitEvent("seen", !document.hidden));

  // The answer is followed while its end is in sight, and left alone once the reader has scrolled away.
  function follow(transcript) {
    let atEnd = true;
    const end = () => transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight;
    transcript.addEventListener("scroll", () => (atEnd = end() < 80), { passive: true });
    const down = () => { if (atEnd) transcript.scrollTop = transcript.scrollHeight; };
    new MutationObserver(down).observe(transcript, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(down).observe(transcript);
    down();
  }

  new MutationObserver(() => {
    for (const transcript of document.querySelectorAll(".transcript:not([data-followed])")) {
      transcript.dataset.followed = "yes";
      follow(transcript);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.page = {
    copied: "",
    copyWith: async (button, text) => {
      await copy(text);
      const icon = button.querySelector(".q-icon");
      icon.textContent = "check";
      setTimeout(() => (icon.textContent = "content_copy"), 1500);
    },
    sends: (event) => event.key === "Enter" && !event.shiftKey && !typing(event),
    write: (id, text) => {
      const field = getHtmlElement(id);
      if (field) field.value = text;
    },
    over: (event, over) => {
      event.preventDefault();
      event.currentTarget.classList.toggle("over", over);
    },
    takeFiles: (event, source, uploader) => {
      if (!source.files.length) return;
      event.preventDefault();
      event.currentTarget.classList.remove("over");
      getElement(uploader).$refs.qRef.addFiles(source.files);
    },
    // After the change of what is accepted has arrived.
    pickFiles: (uploader) => setTimeout(() => getElement(uploader).$refs.qRef.pickFiles(), 50),
    theme: (theme) => (document.documentElement.dataset.theme = theme),
    toEnd: () => {
      const transcript = document.querySelector(".transcript");
      if (transcript) transcript.scrollTop = transcript.scrollHeight;
    },
  };
})();
