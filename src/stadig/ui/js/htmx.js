// htmx looks for itself as a global, and its extension expects to find it there.
import htmx from "htmx.org/dist/htmx.esm.js";
window.htmx = htmx;
