// Walks through the steps of the page: what is worked out later is hidden, and what the step is about
// lights up in the picture. Without scripts the whole solution stands there in order.
"use strict";
(() => {
  const main = document.querySelector("main");
  const steps = [...main.querySelectorAll(".step")];
  if (!steps.length) return;
  const controls = document.querySelector(".controls");
  const [first, back, next, last, whole] = controls.querySelectorAll("button");
  const slider = controls.querySelector("input");
  const told = controls.querySelector("output");
  const words = (element, name) => (element.dataset[name] || "").split(" ").filter(Boolean);

  // Everything on the page in its order; what is no step itself belongs to the step that follows it.
  const parts = [...main.querySelectorAll("h1, h2, h3, h4, p, .step")].filter(
    (part) => !part.closest(".step") || part.classList.contains("step"));
  const shownFrom = new Map();
  let number = 0;
  for (const part of parts) {
    if (steps[number] === part) { shownFrom.set(part, number); number += 1; }
    else shownFrom.set(part, Math.min(number, steps.length - 1));
  }
  const workedOut = new Map();
  steps.forEach((step, at) => words(step, "about").forEach((name) => workedOut.has(name) || workedOut.set(name, at)));
  const drawn = [...document.querySelectorAll(".network [data-quantities]")].map((element) => [element, words(element, "quantities")]);
  const values = [...document.querySelectorAll(".network .value")].map(
    (element) => [element, Math.max(0, ...words(element, "of").map((name) => workedOut.get(name) ?? 0))]);
  let current = 0;

  const title = (step) => {
    let part = parts[parts.indexOf(step)];
    for (let at = parts.indexOf(step); at >= 0; at -= 1) {
      part = parts[at];
      if (/^H[123]$/.test(part.tagName)) return part.firstChild ? part.textContent.trim() : "";
    }
    return "";
  };
  const show = (at, scroll = true) => {
    current = Math.min(Math.max(at, 0), steps.length - 1);
    const step = steps[current];
    for (const part of parts) {
      part.classList.toggle("later", shownFrom.get(part) > current);
      part.classList.toggle("now", part === step);
      if (part === step) part.setAttribute("aria-current", "step"); else part.removeAttribute("aria-current");
    }
    const about = new Set(words(step, "about").flatMap((name) => [name, ...name.replace(/^∂[^/]*\/∂/, "").split("_from_").slice(0, 1)]));
    const used = new Set(words(step, "quantities"));
    for (const [element, names] of drawn) {
      element.classList.toggle("shines", names.some((name) => about.has(name)));
      element.classList.toggle("used", names.some((name) => used.has(name)));
    }
    for (const [element, from] of values) element.classList.toggle("later", from > current);
    slider.value = current + 1;
    first.disabled = back.disabled = current === 0;
    next.disabled = last.disabled = current === steps.length - 1;
    told.textContent = `Step ${current + 1} of ${steps.length}: ${title(step)}`;
    slider.setAttribute("aria-valuetext", told.textContent);
    if (scroll) step.scrollIntoView({ block: "center" });
  };
  const stepping = (on) => {
    document.body.classList.toggle("stepping", on);
    whole.setAttribute("aria-pressed", String(!on));
    for (const element of [first, back, next, last, slider]) element.disabled = !on;
    if (on) show(current);
  };
  slider.max = steps.length;
  slider.addEventListener("input", () => show(slider.valueAsNumber - 1));
  first.addEventListener("click", () => show(0));
  back.addEventListener("click", () => show(current - 1));
  next.addEventListener("click", () => show(current + 1));
  last.addEventListener("click", () => show(steps.length - 1));
  whole.addEventListener("click", () => stepping(!document.body.classList.contains("stepping")));
  document.addEventListener("keydown", (event) => {
    if (event.target === slider || event.altKey || event.ctrlKey || event.metaKey || !document.body.classList.contains("stepping")) return;
    const to = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  controls.hidden = false;
  document.body.classList.add("stepping");
  show(0, false);
})();
