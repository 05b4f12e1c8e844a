import "./htmx.js";
import "htmx-ext-sse/sse.js";
import "./page.js";
import "./live.js";
