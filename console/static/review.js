// 复核 by keyboard. Without this script the same forms and links work by hand.
"use strict";

(() => {
  const QUIET_MS = 350; // a key meant for the booking before must not decide this one unread
  const one = (id) => document.getElementById(id);
  const approval = one("approval"), rejection = one("rejection"), reasons = one("reasons");
  let ready = false, sent = false;

  setTimeout(() => {
    ready = true;
    one("review")?.toggleAttribute("data-ready", true);
  }, QUIET_MS);

  const typing = (event) => {
    const field = event.target;
    return field.isContentEditable || /^(TEXTAREA|SELECT)$/.test(field.tagName) ||
      (field.tagName === "INPUT" && !/^(radio|checkbox)$/.test(field.type));
  };

  const approve = () => {
    if (approval?.reportValidity()) approval.requestSubmit();
  };

  const choose = (number) => {
    const listed = rejection.querySelectorAll("input[type=radio]");
    const field = number === 0 ? rejection.elements.reason : listed[number - 1];
    if (!field) return;
    if (number > 0) field.checked = true;
    field.focus();
  };

  const open = () => {
    if (!reasons) return;
    reasons.open = true;
    rejection.querySelector("input[type=radio]").focus();
  };

  const close = () => {
    if (!reasons?.open) return;
    reasons.open = false;
    for (const field of rejection.querySelectorAll("input[type=radio]")) field.checked = false;
    one("place").focus();
  };

  const keys = {
    a: () => reasons?.open || approve(),
    r: open,
    j: () => one("after")?.click(),
    k: () => one("before")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") return close();
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || typing(event)) return;
    if (!ready || sent) return;
    const number = reasons?.open && /^[0-9]$/.test(event.key);
    const act = number ? () => choose(Number(event.key)) : keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Once only: a second press, or a key held down, sends nothing more.
  document.addEventListener("submit", (event) => {
    if (event.target !== approval && event.target !== rejection) return;
    if (sent) return event.preventDefault();
    sent = true;
  });

  // Come back to by the back button, the page must ask again how it stands.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  one("place")?.focus({ preventScroll: true });
})();
