// Draws each figure from the table beneath it: what is seen and what is read are the same numbers.
"use strict";

const COLOURS = ["#1f4e79", "#d98e04", "#9b2226", "#5b7f95"];
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];
const POINTS = ["circle", "rectRot", "triangle", "rect"];

function numberOf(cell) {
  const number = Number.parseFloat(cell.textContent);
  return Number.isNaN(number) ? null : number;
}

function seriesOf(table) {
  const heads = Array.from(table.tHead.rows[0].cells);
  const rows = Array.from(table.tBodies[0].rows);
  return heads.flatMap((head, at) => (head.dataset.draws
    ? [{ name: head.textContent.trim(), draws: head.dataset.draws, values: rows.map((row) => numberOf(row.cells[at])) }]
    : []));
}

function datasetOf(series, place) {
  const line = series.draws === "line";
  return {
    type: line ? "line" : "bar",
    label: series.name,
    data: series.values,
    backgroundColor: COLOURS[place],
    borderColor: COLOURS[place],
    borderDash: DASHES[place],
    pointStyle: line ? POINTS[place] : "rect",
    borderWidth: line ? 2 : 0,
    stack: series.draws === "stack" ? "one" : `own-${place}`,
    order: line ? 0 : 1,
    spanGaps: true,
    maxBarThickness: 36,
  };
}

function draw(figure) {
  const table = figure.querySelector("table");
  const series = seriesOf(table);
  const stacked = series.some((one) => one.draws === "stack");
  const holder = figure.querySelector(".canvas");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${figure.querySelector("h2").textContent}的图，数字见下表`);
  holder.append(canvas);
  holder.hidden = false;
  new Chart(canvas, {
    data: {
      labels: Array.from(table.tBodies[0].rows, (row) => row.cells[0].textContent),
      datasets: series.map(datasetOf),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { position: "bottom", labels: { usePointStyle: true } } },
      scales: { x: { stacked, ticks: { maxRotation: 0, autoSkipPadding: 12 } }, y: { stacked, beginAtZero: true, ticks: { precision: 0 } } },
    },
  });
}

if (window.Chart) {
  document.querySelectorAll("figure.chart").forEach(draw);
}
