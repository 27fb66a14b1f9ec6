// The desk's own behaviour: keys, dialogs, choices that depend on each other. Without it every page still works by links and forms.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll(".queue tbody tr[data-href]")];
  let here = -1;

  function mark(next) {
    const all = rows();
    if (!all.length) return;
    here = Math.max(0, Math.min(all.length - 1, next));
    all.forEach((row, i) => row.classList.toggle("here", i === here));
    const link = all[here].querySelector("a");
    link.focus({ preventScroll: true });
    all[here].scrollIntoView({ block: "nearest" });
  }

  const go = (selector) => { const link = document.querySelector(selector); if (link) link.click(); };
  const keys = {
    j: () => rows().length ? mark(here + 1) : go("a[rel=next]"),
    k: () => rows().length ? mark(here - 1) : go("a[rel=prev]"),
    o: () => { const row = rows()[here]; if (row) location.href = row.dataset.href; },
    u: () => go("a[data-key=u]"),
    n: () => go("a[data-key=n]"),
    q: () => go("a[data-key=q]"),
    t: () => go("button[data-key=t]"),
    e: () => { const all = document.querySelectorAll("details.reason-evidence"); const open = ![...all].every((one) => one.open); all.forEach((one) => { one.open = open; }); },
    d: () => { const first = document.querySelector(".decide input[name=action]:checked, .decide input[name=action], .decide button"); if (first) first.focus(); },
    "/": () => { const box = document.querySelector("input[type=search]"); if (box) box.focus(); else go("a[data-key=q]"); },
    "?": () => { const help = document.getElementById("keys"); if (help) help.showModal(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    if (event.key === "Escape" && target.matches("input, textarea, select")) { target.blur(); return; }
    if (target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, summary") && !String(getSelection())) location.href = row.dataset.href;
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
  });

  // Only the reasons that go with the chosen action are offered.
  function offerReasons(form) {
    const chosen = form.querySelector("input[name=action]:checked");
    const reasons = form.querySelector("select[name=reason]");
    if (!chosen || !reasons) return;
    const order = ["release", "ship_on_street_date", "review", "block"];
    const lines = [...document.querySelectorAll("select[form=decide]")].map((select) => select.value).filter(Boolean);
    const hardest = [chosen.value, ...lines].reduce((one, two) => order.indexOf(two) > order.indexOf(one) ? two : one);
    const fitting = hardest === "block" ? ["block"] : [chosen.value, hardest];
    for (const option of reasons.options) {
      const actions = (option.dataset.actions || "").split(" ");
      option.hidden = option.disabled = Boolean(option.value) && !actions.some((one) => fitting.includes(one));
    }
    if (reasons.selectedOptions[0] && reasons.selectedOptions[0].disabled) reasons.value = "";
    const second = form.querySelector("[data-second-person]");
    if (second) second.hidden = hardest !== "block";
  }
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-decide]") && event.target.name !== "reason") offerReasons(form);
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.querySelectorAll("form[data-decide]").forEach(offerReasons);
})();
