/** A chart of stacked bars, and the same figures as a table. The chart is a picture: who does not see it reads the table. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { isEmpty, stacked } from "./figures.js";

const HEIGHT = 200;
// So many rows are shown with the chart; more are opened.
const FEW = 10;
const COLOURS = ["--bar-1", "--bar-2", "--bar-3", "--bar-4", "--bar-5"];

/** @param {{figure: import("./figures.js").Figure}} props */
export function Chart({ figure }) {
  return html`<figure>
    <figcaption><h2>${figure.title}</h2></figcaption>
    ${isEmpty(figure) ? html`<p class="empty">Nothing in this time.</p>` : html`<${Picture} figure=${figure} /><${Legend} figure=${figure} /><${Table} figure=${figure} />`}
  </figure>`;
}

/** @param {{figure: import("./figures.js").Figure}} props */
function Picture({ figure }) {
  const ref = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const place = /** @type {HTMLDivElement} */ (ref.current);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let plot = draw(place, figure);
    const again = () => {
      plot.destroy();
      plot = draw(place, figure);
    };
    dark.addEventListener("change", again);
    const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
    resized.observe(place);
    return () => {
      dark.removeEventListener("change", again);
      resized.disconnect();
      plot.destroy();
    };
  }, [JSON.stringify(figure)]);
  return html`<div class="chart" ref=${ref} role="img" aria-label=${`${figure.title}: the table below has the figures`}></div>`;
}

/** @param {HTMLElement} place @param {import("./figures.js").Figure} figure */
function draw(place, figure) {
  const style = getComputedStyle(place);
  const ink = style.getPropertyValue("--dim");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const { labels, series } = figure;
  // The tallest stack is drawn first, and each shorter one over it.
  const tops = stacked(figure).reverse();
  const bars = series.map((each, index) => {
    const fill = style.getPropertyValue(COLOURS[index]);
    return { label: each.name, fill, stroke: fill, width: 0, points: { show: false }, paths: uPlot.paths.bars?.({ size: [0.7, 40] }) };
  }).reverse();
  const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui" };
  const every = Math.ceil(labels.length / Math.max(2, Math.floor(place.clientWidth / 80)));
  const options = {
    width: place.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { show: false }, padding: /** @type {any} */ ([8, 8, 0, 0]),
    scales: { x: { time: false, range: /** @type {any} */ (() => [-0.6, labels.length - 0.4]) }, y: { range: /** @type {any} */ ((/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(1, most * 1.1)]) } },
    axes: [
      { ...axis, size: 30, grid: { show: false }, splits: () => labels.map((_, index) => index).filter((index) => index % every === 0), values: (/** @type {any} */ _, /** @type {number[]} */ splits) => splits.map((index) => labels[index]) },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], size: 40 },
    ],
    series: [{}, ...bars],
  };
  return new uPlot(options, [labels.map((_, index) => index), ...tops], place);
}

/** @param {{figure: import("./figures.js").Figure}} props */
const Legend = ({ figure }) => (figure.series.length < 2 ? null : html`<ul class="legend">${figure.series.map(
  ({ name }, index) => html`<li class=${`bar-${index + 1}`}>${name}</li>`,
)}</ul>`);

/** @param {{figure: import("./figures.js").Figure}} props */
const Table = ({ figure: { title, labels, series } }) => html`<details open=${labels.length <= FEW}><summary>${title} as a table</summary>
  <div class="scroll" tabindex="0" role="region" aria-label=${`${title}, table`}><table>
    <caption class="hidden">${title}</caption>
    <thead><tr><td></td>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${labels.map((label, index) => html`<tr key=${label}><th scope="row">${label}</th>${series.map(({ values }) => html`<td>${values[index]}</td>`)}</tr>`)}</tbody>
  </table></div></details>`;
