// 打印: what is on the screen is written down as printed, then it is printed. Without this script both are done by hand.
"use strict";

(() => {
  const form = document.getElementById("printing"), button = document.getElementById("print");

  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "HX-Request": "true" },
    });
    if (answer.status !== 204) return form.submit(); // refused: the page itself says why
    window.print();
    location.reload(); // from now on what changes is marked
  });

  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
