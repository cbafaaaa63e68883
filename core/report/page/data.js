// The report's data, and the sections that show them.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
palette = data;
const body = (section) => document.querySelector(`#${section} .body`);
