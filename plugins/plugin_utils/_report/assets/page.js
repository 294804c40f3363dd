// Copyright (c) 2026 The wslfleet contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that is shown enters the page as text (textContent): what laptops say is never markup. Sorting, filters and
// pages are TanStack Table's; this file only draws and listens.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const LEVELS = { f: "fail", w: "warn", u: "unknown", p: "pass", n: "not_applicable" };
  const NAMES = { fail: "Fail", warn: "Warning", unknown: "Unknown", pass: "Pass", not_applicable: "Not applicable" };
  const MARKS = { not_conforming: "▲", unreachable: "○", unknown: "◆", conforming: "●" };
  const number = new Intl.NumberFormat("en");
  const text = (index) => data.texts[index];

  function element(name, options, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(options || {})) {
      if (key === "class") made.className = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  const laptops = data.laptops.map((one) => ({
    ...one,
    findings: one.findings.map(([about, id, row, level, seen, remedy]) => ({
      about: text(about), id: text(id), row: text(row), level: LEVELS[level], seen: text(seen), remedy: text(remedy),
    })),
  }));
  for (const one of laptops) {
    one.fails = one.findings.filter((each) => each.level === "fail").length;
    one.warns = one.findings.filter((each) => each.level === "warn").length;
    const bad = one.findings.filter((each) => each.level === "fail" || each.level === "warn");
    one.searched = [
      one.name, one.computer, one.status, one.reason, one.cause, one.step, one.toolkit, one.driver, one.wsl, one.windows,
      data.states[one.state], ...one.groups, ...one.owners, ...one.gpus, ...bad.flatMap((each) => [each.id, each.row, each.seen]),
    ].join("\n").toLowerCase();
  }

  // ---- the table, headless ----
  const versionsOf = (one) => [["Toolkit", one.toolkit], ["Driver", one.driver], ["WSL", one.wsl], ["Windows", one.windows]]
    .filter((pair) => pair[1]).map((pair) => pair.join(" "));
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const byText = (a, b, id) => collator.compare(a.getValue(id), b.getValue(id));
  const has = (row, id, wanted) => row.getValue(id).includes(wanted);
  const order = Object.keys(data.states);
  const columns = [
    { id: "name", label: "Laptop", accessorFn: (one) => one.name, sortingFn: byText },
    { id: "state", label: "State", accessorFn: (one) => one.state, filterFn: (row, id, wanted) => row.getValue(id) === wanted,
      sortingFn: (a, b) => order.indexOf(a.original.state) - order.indexOf(b.original.state) },
    { id: "cause", label: "Reason", accessorFn: (one) => (one.state === "conforming" ? "" : one.cause), sortingFn: byText,
      filterFn: (row, id, wanted) => row.getValue(id) === wanted },
    { id: "problems", label: "Findings", accessorFn: (one) => one.fails * 1000 + one.warns, sortingFn: "basic" },
    { id: "toolkit", label: "Toolkit", accessorFn: (one) => one.toolkit, sortingFn: byText },
    { id: "driver", label: "Driver", accessorFn: (one) => one.driver, sortingFn: byText },
    { id: "wsl", label: "WSL", accessorFn: (one) => one.wsl, sortingFn: byText },
    { id: "group", label: "Groups", accessorFn: (one) => one.groups, filterFn: has,
      sortingFn: (a, b) => collator.compare(a.original.groups.join(), b.original.groups.join()) },
    { id: "time", label: "Last run (UTC)", accessorFn: (one) => one.time, sortingFn: "basic" },
    { id: "version", accessorFn: versionsOf, filterFn: has, hidden: true },
    { id: "row", accessorFn: (one) => one.rows, hidden: true,
      filterFn: (row, id, wanted) => "fw".includes(row.original.rows[Object.keys(data.rows).indexOf(wanted)]) },
    { id: "changed", accessorFn: (one) => one.changed.length > 0, hidden: true, filterFn: (row, id) => row.getValue(id) },
  ];
  const shownColumns = columns.filter((column) => !column.hidden);
  const words = (value) => value.toLowerCase().split(/\s+/).filter(Boolean);
  const table = TableCore.createTable({
    data: laptops, columns, state: {}, onStateChange: () => {}, renderFallbackValue: null, autoResetPageIndex: false,
    getRowId: (one, index) => String(index), enableSortingRemoval: false, sortDescFirst: false,
    globalFilterFn: (row, id, wanted) => words(wanted).every((word) => row.original.searched.includes(word)),
    getColumnCanGlobalFilter: (column) => column.id === "name",
    getCoreRowModel: TableCore.getCoreRowModel(), getFilteredRowModel: TableCore.getFilteredRowModel(),
    getSortedRowModel: TableCore.getSortedRowModel(), getPaginationRowModel: TableCore.getPaginationRowModel(),
  });
  let state = { ...table.initialState, sorting: [], columnFilters: [], globalFilter: "", pagination: { pageIndex: 0, pageSize: 50 } };
  const open = new Set();
  table.setOptions((before) => ({
    ...before, state,
    onStateChange: (change) => {
      state = typeof change === "function" ? change(state) : change;
      table.setOptions((options) => ({ ...options, state }));
      draw();
    },
  }));
  const set = (change) => table.options.onStateChange((before) => ({ ...before, ...change }));

  // ---- head ----
  const head = $("table").tHead;
  const headings = element("tr");
  for (const column of shownColumns) {
    const button = element("button", { type: "button" }, column.label);
    button.addEventListener("click", () => {
      const now = state.sorting[0];
      set({ sorting: [{ id: column.id, desc: now && now.id === column.id ? !now.desc : false }] });
    });
    headings.append(element("th", { scope: "col", "data-id": column.id }, button));
  }
  head.append(headings);

  // ---- rows ----
  const shownTime = (time) => time.replace("T", " ").replace(/:\d\dZ$/, " UTC");
  const count = (amount, one, many) => (amount ? `${amount} ${amount === 1 ? one : many}` : "");
  function cells(one, index) {
    const opened = open.has(index);
    const button = element("button", { type: "button", class: "open", "aria-expanded": String(opened), "aria-controls": `section-${index}`, "data-index": index }, one.name);
    const stateCell = element("span", { class: `state s-${one.state}` }, `${MARKS[one.state]} ${data.states[one.state]}`);
    const reason = element("td", { "data-label": "Reason", class: "reason" });
    if (one.state !== "conforming") {
      const rest = one.reason.startsWith(`${one.cause}: `) ? one.reason.slice(one.cause.length + 2) : one.reason;
      reason.append(element("div", {}, one.cause, element("div", { class: "more" }, rest)));
    }
    const findings = element("td", { "data-label": "Findings", class: "number" });
    if (one.fails) findings.append(element("span", { class: "l-fail" }, count(one.fails, "fail", "fails")));
    if (one.fails && one.warns) findings.append(" · ");
    if (one.warns) findings.append(element("span", { class: "l-warn" }, count(one.warns, "warning", "warnings")));
    const plain = (label, value) => element("td", { "data-label": label, class: "number" }, value);
    return [
      element("td", {}, button), element("td", { "data-label": "State" }, stateCell), reason, findings,
      plain("Toolkit", one.toolkit), plain("Driver", one.driver), plain("WSL", one.wsl),
      element("td", { "data-label": "Groups", class: "quiet" }, one.groups.join(", ")), plain("Last run", shownTime(one.time).replace(" UTC", "")),
    ];
  }
  function rowOf(row) {
    const index = Number(row.id);
    const made = [element("tr", { class: "row", id: `row-${index}` }, ...cells(row.original, index))];
    if (open.has(index)) made.push(element("tr", {}, element("td", { class: "inside", colspan: shownColumns.length }, section(row.original, index))));
    return made;
  }

  // ---- one section a laptop ----
  function table2(columnNames, rows) {
    return element("table", {}, element("thead", {}, element("tr", {}, ...columnNames.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...rows));
  }
  const list = (title, items) => (items.length ? [element("h4", {}, title), element("ul", {}, ...items.map((item) => element("li", {}, item)))] : []);
  function section(one, index) {
    const made = element("section", { class: "laptop", id: `section-${index}`, "aria-label": `Laptop ${one.name}` }, element("h3", {}, one.name));
    if (one.reason) made.append(element("p", { class: "error" }, element("b", {}, one.status), `: ${one.reason}`, one.step ? ` (step: ${one.step})` : ""));
    const facts = [
      ["State", data.states[one.state]], ["Computer", one.computer], ["Windows", [one.product, one.windows].filter(Boolean).join(" ")], ["WSL", one.wsl],
      ["GPU", one.gpus.join("; ")], ["Driver on Windows", one.driver], ["Toolkit", one.toolkits.join("; ")], ["Distributions", one.distributions.join("; ")],
      ["Containers", one.containers], ["Groups", one.groups.join(", ")], ["Last run", `${one.playbook}${one.check ? " (check mode)" : ""}, ${shownTime(one.time)}`],
      ["Findings as of", shownTime(one.audited)],
    ];
    made.append(element("dl", {}, ...facts.filter((fact) => fact[1]).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))));
    made.append(...list("Changed since the last run", one.changed), ...list("Waits for", one.waits), ...list(one.check ? "The run would change" : "The run changed", one.changes));
    const bad = one.findings.filter((each) => each.level !== "pass" && each.level !== "not_applicable");
    const good = one.findings.filter((each) => !bad.includes(each));
    const line = (each) => element("tr", {}, element("td", { class: `l-${each.level}` }, NAMES[each.level]), element("td", {}, each.about), element("td", {}, each.row),
      element("td", {}, each.id), element("td", {}, each.seen), element("td", {}, each.remedy));
    const names = ["Level", "About", "Row", "What", "Found", "What to do"];
    if (bad.length) made.append(element("h4", {}, "Findings and what to do"), table2(names, bad.map(line)));
    if (good.length) made.append(element("details", {}, element("summary", {}, `${good.length} more in order`), table2(names, good.map(line))));
    made.append(element("h4", {}, "Rows of NVIDIA's guide"), element("ul", { class: "grid24" }, ...Object.entries(data.rows).map(([row, title], place) => {
      const level = LEVELS[one.rows[place]];
      return element("li", { class: `l-${level}`, title: `${title}: ${NAMES[level]}` }, `${row} ${NAMES[level].toLowerCase()}`);
    })));
    return made;
  }

  // ---- what is shown ----
  const shell = /^[A-Za-z0-9_.-]+$/;
  function limit(rows) {
    const names = [...new Set(rows.map((row) => row.original.limit))];
    const usable = names.filter((name) => shell.test(name));
    const left = names.length - usable.length;
    $("limit").value = !names.length || data.hidden ? "" : `--limit '${usable.join(",")}'`;
    $("copy").disabled = !usable.length || data.hidden;
    return left && !data.hidden ? `; ${number.format(left)} of them cannot be named in --limit` : "";
  }
  const filterOf = (id) => (state.columnFilters.find((each) => each.id === id) || {}).value || "";
  function draw() {
    const filtered = table.getFilteredRowModel().rows;
    const last = Math.max(0, Math.ceil(filtered.length / state.pagination.pageSize) - 1);
    if (state.pagination.pageIndex > last) state = { ...state, pagination: { ...state.pagination, pageIndex: last } };
    table.setOptions((options) => ({ ...options, state }));
    $("table").tBodies[0].replaceChildren(...table.getRowModel().rows.flatMap(rowOf));
    $("count").textContent = `${number.format(filtered.length)} of ${number.format(laptops.length)} laptops shown${limit(filtered)}`;
    $("page").textContent = `Page ${state.pagination.pageIndex + 1} of ${last + 1}`;
    $("before").disabled = state.pagination.pageIndex === 0;
    $("after").disabled = state.pagination.pageIndex === last;
    for (const cell of headings.cells) {
      const sorted = state.sorting[0] && state.sorting[0].id === cell.dataset.id;
      if (sorted) cell.setAttribute("aria-sort", state.sorting[0].desc ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    for (const tile of $("tiles").children) tile.setAttribute("aria-pressed", String(filterOf("state") === tile.dataset.state));
  }
  function filter(id, value) {
    const others = state.columnFilters.filter((each) => each.id !== id);
    set({ columnFilters: value ? [...others, { id, value }] : others, pagination: { ...state.pagination, pageIndex: 0 } });
  }
  function toggle(index, wanted) {
    if (wanted === undefined ? !open.has(index) : wanted) open.add(index);
    else open.delete(index);
    draw();
    const button = document.querySelector(`[data-index="${index}"]`);
    if (button) button.focus();
    history.replaceState(null, "", open.has(index) ? `#laptop=${encodeURIComponent(laptops[index].name)}` : "#laptops");
  }

  // ---- choices ----
  function choices(id, all, pairs) {
    $(id).append(new Option(all, ""), ...pairs.map(([value, label]) => new Option(label || value, value)));
  }
  const unique = (values) => [...new Set(values)].filter(Boolean).sort(collator.compare).map((value) => [value]);
  choices("f-state", "all", Object.entries(data.states));
  choices("f-cause", "all", unique(laptops.filter((one) => one.state !== "conforming").map((one) => one.cause)));
  choices("f-row", "any", Object.entries(data.rows).map(([row, title]) => [row, `${row} ${title}`]));
  choices("f-version", "all", unique(laptops.flatMap(versionsOf)));
  choices("f-group", "all", unique(laptops.flatMap((one) => one.groups)));
  for (const id of ["state", "cause", "row", "version", "group"]) $(`f-${id}`).addEventListener("change", (event) => filter(id, event.target.value));
  $("f-changed").addEventListener("change", (event) => filter("changed", event.target.checked));
  $("search").addEventListener("input", (event) => set({ globalFilter: event.target.value, pagination: { ...state.pagination, pageIndex: 0 } }));
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("controls").addEventListener("reset", () => set({ globalFilter: "", columnFilters: [], sorting: [], pagination: { ...state.pagination, pageIndex: 0 } }));
  $("tiles").addEventListener("click", (event) => {
    const tile = event.target.closest("button");
    if (!tile) return;
    $("f-state").value = filterOf("state") === tile.dataset.state ? "" : tile.dataset.state;
    filter("state", $("f-state").value);
  });
  $("before").addEventListener("click", () => set({ pagination: { ...state.pagination, pageIndex: state.pagination.pageIndex - 1 } }));
  $("after").addEventListener("click", () => set({ pagination: { ...state.pagination, pageIndex: state.pagination.pageIndex + 1 } }));
  $("size").addEventListener("change", (event) => set({ pagination: { pageIndex: 0, pageSize: Number(event.target.value) } }));
  $("table").addEventListener("click", (event) => {
    const button = event.target.closest(".open");
    if (button) toggle(Number(button.dataset.index));
  });
  $("copy").addEventListener("click", async () => {
    $("limit").select();
    let done = false;
    try {
      await navigator.clipboard.writeText($("limit").value);
      done = true;
    } catch {
      done = document.execCommand("copy"); // A page from a file share has no clipboard of its own in some browsers.
    }
    $("copy").textContent = done ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { $("copy").textContent = "Copy"; }, 2000);
  });

  // ---- keys ----
  document.addEventListener("keydown", (event) => {
    const writing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $("search").focus();
    } else if (event.key === "Escape" && (event.target === $("search") || !writing)) {
      $("controls").reset();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches(".open, #search")) {
      const buttons = [...document.querySelectorAll(".open")];
      const next = buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      } else if (event.key === "ArrowUp") $("search").focus();
    }
  });

  // ---- paper: all laptops that are shown, with their sections while they are few ----
  let screen = null;
  window.addEventListener("beforeprint", () => {
    screen = { pagination: state.pagination, open: new Set(open) };
    const rows = table.getFilteredRowModel().rows;
    if (rows.length <= 100) rows.forEach((row) => open.add(Number(row.id)));
    set({ pagination: { pageIndex: 0, pageSize: 100000 } });
  });
  window.addEventListener("afterprint", () => {
    open.clear();
    screen.open.forEach((index) => open.add(index));
    set({ pagination: screen.pagination });
  });

  if (data.hidden) $("limit-box").hidden = true;
  draw();
  const named = /^#laptop=(.+)$/.exec(location.hash);
  if (named) {
    let name = "";
    try { name = decodeURIComponent(named[1]); } catch { name = named[1]; }
    const index = laptops.findIndex((one) => one.name === name);
    if (index >= 0) {
      $("search").value = name;
      set({ globalFilter: name });
      toggle(index, true);
      $(`row-${index}`).scrollIntoView();
    }
  }
})();
