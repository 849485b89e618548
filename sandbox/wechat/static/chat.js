// Somebody's phone in the subscription account: every word and tap goes through the stand-in's message push.
const openid = document.getElementById("phone").dataset.openid;
const talk = document.getElementById("talk");
const menu = document.getElementById("menu");

function line(text, kind) {
  const item = document.createElement("li");
  item.className = kind;
  for (const part of text.split(/(https?:\/\/[^\s]+)/)) {
    if (part.startsWith("http")) {
      const link = document.createElement("a");
      link.href = part;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = part;
      item.append(link);
    } else {
      item.append(part);
    }
  }
  talk.append(item);
  item.scrollIntoView({ block: "end" });
}

async function push(shown, body) {
  line(shown, shown.startsWith("〔") ? "aside" : "mine");
  const answer = await fetch("/_/push", { method: "POST", body: JSON.stringify({ openid, ...body }) });
  const told = await answer.json();
  if (told.shown) line(told.shown, "theirs");
  const seconds = (told.seconds ?? 0).toFixed(2);
  const failed = told.why || told.error;
  line(failed ? `${failed}` : `${seconds} 秒，第 ${told.attempts} 次推送${told.shown ? "" : "，无回复"}`, "aside");
  draw();
}

function tap(button) {
  if (button.type === "view") window.open(button.url, "_blank", "noopener");
  const event = button.type === "view" ? "VIEW" : "CLICK";
  push(`〔${button.name}〕`, { event, key: button.key ?? button.url });
}

function pressed(button) {
  const one = document.createElement("button");
  one.type = "button";
  one.textContent = button.name;
  one.addEventListener("click", () => {
    one.closest("details")?.removeAttribute("open");
    tap(button);
  });
  return one;
}

function opening(button) {
  const under = document.createElement("details");
  under.name = "menu";
  const title = document.createElement("summary");
  title.textContent = button.name;
  const list = document.createElement("ul");
  for (const one of button.sub_button) {
    const item = document.createElement("li");
    item.append(pressed(one));
    list.append(item);
  }
  under.append(title, list);
  return under;
}

async function draw() {
  const answer = await fetch(`/_/menu?openid=${encodeURIComponent(openid)}`);
  const { button: buttons } = await answer.json();
  const drawn = JSON.stringify(buttons);
  if (menu.dataset.drawn === drawn) return;
  menu.dataset.drawn = drawn;
  menu.replaceChildren(...buttons.map((one) => (one.sub_button?.length ? opening(one) : pressed(one))));
}

document.getElementById("who").addEventListener("change", (event) => event.target.form.submit());
document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.words;
  const text = field.value.trim();
  if (text) push(text, { text });
  field.value = "";
});
draw();
setInterval(draw, 5000);
