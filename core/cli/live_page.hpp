// The page that `qklab serve` shows: markup, style and script, all served from here. Everything that comes
// from a run is set as text, never as markup.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

inline std::string live_page(const std::string& token) {
  return R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>qklab</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/live.css?token=)" +
         token + R"(">
<script src="/live.js?token=)" +
         token + R"(" defer></script></head>
<body><main><h1 id="name">qklab</h1><p id="status" role="status">loading</p>
<progress id="bar" max="1" value="0" aria-label="share of trials finished"></progress>
<div id="plots"></div>
<section id="failures" hidden><h2>Failures</h2><table><thead><tr><th>trial</th><th>status</th><th>message</th>
<th>parameters</th></tr></thead><tbody></tbody></table></section>
</main></body></html>
)";
}

inline constexpr std::string_view live_style = R"(
:root { color-scheme: light dark; --ink: #1b1b1b; --soft: #666; --line: #d5d5d5; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #a5a5a5; --line: #444; --paper: #161616; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.2em 0 .4em; }
progress { width: 100%; height: 14px; accent-color: #0072b2; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 12px; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .frame { fill: none; stroke: var(--line); } svg .grid { stroke: var(--line); stroke-width: .5; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: .85rem; color: var(--soft); }
.legend i { display: inline-block; width: 18px; height: 3px; margin-right: 5px; vertical-align: middle; }
#failures { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; } td, th { text-align: left; padding: 3px 10px 3px 0;
  border-bottom: 1px solid var(--line); vertical-align: top; } td:first-child { font-family: monospace; }
)";

inline constexpr std::string_view live_script = R"js(
'use strict';
const token = new URLSearchParams(location.search).get('token');
const svgNames = 'http://www.w3.org/2000/svg';
const viridis = [[68,1,84],[59,82,139],[33,145,140],[94,201,98],[220,200,40]];

function color(i, n) {
  const at = n > 1 ? i / (n - 1) * (viridis.length - 1) : 1;
  const k = Math.min(Math.floor(at), viridis.length - 2), t = at - k;
  return 'rgb(' + viridis[k].map((c, j) => Math.round(c + t * (viridis[k + 1][j] - c))).join(',') + ')';
}
function node(name, attributes, text) {
  const out = document.createElementNS(svgNames, name);
  for (const key in attributes) out.setAttribute(key, attributes[key]);
  if (text !== undefined) out.textContent = text;
  return out;
}
function html(name, text, className) {
  const out = document.createElement(name);
  if (text !== undefined) out.textContent = text;
  if (className) out.className = className;
  return out;
}
function short(x) { return Number.isFinite(x) ? String(Number(x.toPrecision(3))) : ''; }

// Values along an axis to pixels; texts stand at equal distances.
function scale(values, log, from, to) {
  const numbers = values.filter(v => typeof v === 'number' && (!log || v > 0));
  if (numbers.length === 0) {
    const names = [...new Set(values.filter(v => v !== null).map(String))];
    const at = v => from + (to - from) * (names.length > 1 ? names.indexOf(String(v)) / (names.length - 1) : .5);
    return {at, ticks: names.map(n => [at(n), n])};
  }
  const f = log ? Math.log10 : v => v;
  let low = f(Math.min(...numbers)), high = f(Math.max(...numbers));
  if (!(high > low)) { low -= .5; high += .5; }
  const at = v => typeof v === 'number' && (!log || v > 0) ? from + (to - from) * (f(v) - low) / (high - low) : NaN;
  const ticks = [0, 1, 2, 3].map(i => low + (high - low) * i / 3).map(v => log ? 10 ** v : v);
  return {at, ticks: ticks.map(v => [at(v), short(v)])};
}
function path(points, x, y, k) {
  let d = '', pen = 'M';
  for (const p of points) {
    const a = x.at(p[0]), b = y.at(p[k]);
    if (!Number.isFinite(a) || !Number.isFinite(b)) { pen = 'M'; continue; }
    d += pen + a.toFixed(1) + ' ' + b.toFixed(1);
    pen = 'L';
  }
  return d;
}
function panel(plot, one, curves, x, y) {
  const svg = node('svg', {viewBox: '0 0 300 205', role: 'img', 'aria-label': plot.y + ' along ' + plot.x + ' ' + one.label});
  svg.append(node('rect', {class: 'frame', x: 42, y: 20, width: 250, height: 145}));
  for (const [a, name] of x.ticks) svg.append(node('text', {x: a, y: 178, 'text-anchor': 'middle'}, name));
  for (const [b, name] of y.ticks) {
    svg.append(node('line', {class: 'grid', x1: 42, x2: 292, y1: b, y2: b}));
    svg.append(node('text', {x: 39, y: b + 4, 'text-anchor': 'end'}, name));
  }
  svg.append(node('text', {x: 167, y: 14, 'text-anchor': 'middle'}, one.label));
  svg.append(node('text', {x: 167, y: 197, 'text-anchor': 'middle'}, plot.x));
  for (const curve of one.curves) {
    const stroke = color(curves.indexOf(curve.label), curves.length);
    svg.append(node('path', {d: path(curve.points, x, y, 4), fill: 'none', stroke, 'stroke-dasharray': '4 3', opacity: .8}));
    svg.append(node('path', {d: path(curve.points, x, y, 1), fill: 'none', stroke, 'stroke-width': 1.6}));
    for (const p of curve.points) {
      const a = x.at(p[0]), b = y.at(p[1]);
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      const dot = node('circle', {cx: a, cy: b, r: 2, fill: stroke});
      dot.append(node('title', {}, curve.label + ' ' + plot.x + '=' + p[0] + ': ' + short(p[1])));
      svg.append(dot);
    }
  }
  return svg;
}
function draw(plot) {
  const section = html('section');
  section.append(html('h2', plot.name + ': ' + plot.y));
  const points = plot.panels.flatMap(p => p.curves.flatMap(c => c.points));
  const curves = [...new Set(plot.panels.flatMap(p => p.curves.map(c => c.label)))];
  const x = scale(points.map(p => p[0]), plot.log_x, 50, 284);
  const y = scale(points.flatMap(p => [p[1], p[4]]).filter(v => v !== null), plot.log_y, 160, 26);
  const grid = html('div', undefined, 'panels');
  for (const one of plot.panels) grid.append(panel(plot, one, curves, x, y));
  section.append(grid);
  if (curves.length > 1) {
    const legend = html('div', undefined, 'legend');
    curves.forEach((name, i) => {
      const item = html('span'), line = html('i');
      line.style.background = color(i, curves.length);
      item.append(line, name);
      legend.append(item);
    });
    section.append(legend);
  }
  return section;
}
function duration(s) {
  if (!Number.isFinite(s)) return '?';
  return s < 60 ? Math.ceil(s) + ' s' : s < 3600 ? Math.round(s / 60) + ' min' : (s / 3600).toFixed(1) + ' h';
}
function show(state) {
  document.title = state.finished + '/' + state.total + ' ' + state.name;
  document.getElementById('name').textContent = state.name;
  const complete = state.finished === state.total;
  let text = state.finished + ' of ' + state.total + ' trials, ' +
    (complete ? 'complete' : state.writer ? 'running (pid ' + state.writer + ')' : 'not running') +
    '; ' + state.failed + ' failed, ' + state.diverged + ' diverged';
  if (!complete && state.rate > 0) text += '; ' + short(state.rate) + ' trials/s, ' + duration(state.eta) + ' left';
  document.getElementById('status').textContent = text;
  document.getElementById('bar').value = state.total ? state.finished / state.total : 0;
  document.getElementById('plots').replaceChildren(...state.plots.map(draw));
  const failures = document.getElementById('failures');
  failures.hidden = state.failures.length === 0;
  failures.querySelector('tbody').replaceChildren(...state.failures.slice().reverse().map(f => {
    const row = html('tr');
    for (const text of [f.trial, f.status, f.message, f.params]) row.append(html('td', text));
    return row;
  }));
  return complete;
}
async function look() {
  let pause = 2000;
  try {
    const answer = await fetch('/state?token=' + encodeURIComponent(token));
    if (!answer.ok) throw new Error(await answer.text());
    if (show(await answer.json())) pause = 10000;
  } catch (error) {
    document.getElementById('status').textContent = 'no answer: ' + error.message;
  }
  setTimeout(look, pause);
}
look();
)js";

}  // namespace qklab
