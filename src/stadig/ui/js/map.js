// A map from our own origin. Every map stands beside a list with the same content; without JavaScript the list is all.
//
// The element says what to draw: data-src (GeoJSON of what the page is about), data-base (the base map's layers),
// data-tiles (a raster tile address, if the municipality has one), data-list and data-row (where the list is).
// A feature's properties: kind (bin, stop, skip, base, here, route, area), level (full, nearly, half, room, unknown),
// series (1, 2 or 3), text (a number in the dot), name, label (a sentence), url, row (the id of its line in the list).
import maplibre from "maplibre-gl/dist/maplibre-gl-csp.js";

const WORDS = {
  sv: {
    title: "Karta", zoomIn: "Zooma in", zoomOut: "Zooma ut", north: "Vrid norr uppåt", attribution: "Visa källor",
    full: "Hela skärmen", exit: "Lämna hela skärmen", close: "Stäng", open: "Öppna", list: "Visa i listan", m: "m", km: "km",
  },
  en: {
    title: "Map", zoomIn: "Zoom in", zoomOut: "Zoom out", north: "Reset north", attribution: "Show sources",
    full: "Full screen", exit: "Leave full screen", close: "Close", open: "Open", list: "Show in the list", m: "m", km: "km",
  },
};
const words = WORDS[document.documentElement.lang] ?? WORDS.sv;
const LEVELS = ["full", "nearly", "half", "room", "unknown"];
const EMPTY = { type: "FeatureCollection", features: [] };

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    sea: read("--st-sea"), seaLine: read("--st-sea-line"), land: read("--st-land"), park: read("--st-park"), built: read("--st-built"),
    street: read("--st-street"), edge: read("--st-street-edge"), district: read("--st-district"), text: read("--st-map-text"),
    page: read("--st-page"), one: read("--st-c1"), two: read("--st-c2"), three: read("--st-c3"), muted: read("--st-c-muted"), neutral: read("--ds-color-neutral-base-default"),
    full: read("--ds-color-danger-base-default"), nearly: read("--ds-color-warning-base-default"),
    room: read("--ds-color-accent-border-default"), unknown: read("--st-page"), here: read("--st-c3"), sun: read("--st-sun"),
  };
}

const seriesColour = (number, colours) => ({ 2: colours.two, 3: colours.three })[number] ?? colours.one;

// Text and numbered stops are drawn to images by the browser's own fonts, so no glyph server is needed.
function picture(id, colours) {
  const [kind, ...rest] = id.split("|");
  const text = rest.at(-1);
  const ratio = 2;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const font = kind === "street" ? "500 11.5px Inter, sans-serif" : kind === "water" ? "italic 500 13px Inter, sans-serif" : "620 14px Inter, sans-serif";
  if (kind === "stop") {
    const size = 26;
    canvas.width = canvas.height = size * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = seriesColour(rest[0], colours);
    pen.strokeStyle = colours.page;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2 - 1.5, 0, 7);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colours.page;
    pen.font = "700 12.5px Inter, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, size / 2, size / 2 + 0.5);
  } else if (kind === "base") {
    const size = 24;
    canvas.width = canvas.height = size * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = colours.neutral;
    pen.strokeStyle = colours.page;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(2, 2, size - 4, size - 4, 5);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colours.page;
    pen.fillRect(8, 12, 8, 5);
    pen.beginPath();
    pen.moveTo(6.5, 12.5);
    pen.lineTo(12, 7);
    pen.lineTo(17.5, 12.5);
    pen.fill();
  } else if (kind === "tip") {
    const size = 24;
    canvas.width = canvas.height = size * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = colours.neutral;
    pen.strokeStyle = colours.page;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(2, 2, size - 4, size - 4, 5);
    pen.fill();
    pen.stroke();
    pen.beginPath();
    pen.moveTo(12, 6.5);
    pen.lineTo(12, 14);
    pen.moveTo(8.5, 11);
    pen.lineTo(12, 14.5);
    pen.lineTo(15.5, 11);
    pen.moveTo(7.5, 17.5);
    pen.lineTo(16.5, 17.5);
    pen.stroke();
  } else if (kind === "vehicle") {
    pen.font = "680 12.5px Inter, sans-serif";
    const width = Math.ceil(pen.measureText(text).width) + 16;
    canvas.width = width * ratio;
    canvas.height = 24 * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = colours.page;
    pen.strokeStyle = seriesColour(rest[0], colours);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(1.5, 2, width - 3, 20, 5);
    pen.fill();
    pen.stroke();
    pen.fillStyle = seriesColour(rest[0], colours);
    pen.font = "680 12.5px Inter, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, width / 2, 12.5);
  } else {
    pen.font = font;
    const width = Math.ceil(pen.measureText(text).width) + 10;
    canvas.width = width * ratio;
    canvas.height = 22 * ratio;
    pen.scale(ratio, ratio);
    pen.font = font;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = kind === "water" ? colours.sea : colours.land;
    pen.strokeText(text, width / 2, 11);
    pen.fillStyle = kind === "water" ? colours.here : colours.text;
    pen.fillText(text, width / 2, 11);
  }
  return [pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio }];
}

const wide = (...stops) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops];
const is = (...kinds) => ["in", ["get", "kind"], ["literal", kinds]];

function baseLayers(colours) {
  const line = (id, source, filter, paint, more = {}) => ({ id, source, type: "line", filter, layout: { "line-cap": "round", "line-join": "round" }, paint, ...more });
  const major = wide(11, 1.2, 14, 4, 16, 12, 18, 30);
  const minor = wide(12, 0.4, 14, 1.8, 16, 8, 18, 22);
  const path = wide(14, 0.4, 16, 1.5, 18, 4);
  const label = (id, source, kind, filter, more = {}) => ({
    id, source, type: "symbol", filter,
    layout: { "icon-image": ["concat", kind, "|", ["get", "name"]], "icon-padding": 8, ...more },
  });
  const main = is("street-main", "street-collector");
  const small = is("street-street", "street-lane");
  return [
    { id: "land", source: "land", type: "fill", filter: is("land", "island"), paint: { "fill-color": colours.land } },
    line("coast", "land", is("land", "island"), { "line-color": colours.seaLine, "line-width": 1.4 }),
    { id: "green", source: "gront", type: "fill", filter: is("park", "forest", "beach"), paint: { "fill-color": colours.park } },
    { id: "built", source: "bebyggelse", type: "fill", filter: is("built", "square", "harbour"), paint: { "fill-color": colours.built } },
    { id: "water", source: "vatten", type: "fill", filter: ["all", is("river", "lake"), ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": colours.sea } },
    line("stream", "vatten", ["all", is("river", "lake"), ["==", ["geometry-type"], "LineString"]], { "line-color": colours.sea, "line-width": wide(11, 2, 16, 18) }),
    { id: "houses", source: "byggnader", type: "fill", minzoom: 14, paint: { "fill-color": colours.edge, "fill-opacity": 0.7 } },
    line("path", "gator", is("street-path"), { "line-color": colours.edge, "line-width": path, "line-dasharray": [2, 2] }, { minzoom: 14 }),
    line("minor-edge", "gator", small, { "line-color": colours.edge, "line-gap-width": minor, "line-width": 1 }, { minzoom: 12.5 }),
    line("major-edge", "gator", main, { "line-color": colours.edge, "line-gap-width": major, "line-width": 1 }),
    line("minor", "gator", small, { "line-color": colours.street, "line-width": minor }),
    line("major", "gator", main, { "line-color": colours.street, "line-width": major }),
    line("districts", "omraden", ["literal", true], { "line-color": colours.district, "line-width": 1.1, "line-dasharray": [4, 3] }),
    line("border", "grans", ["literal", true], { "line-color": colours.district, "line-width": 1.6, "line-dasharray": [6, 3] }),
    label("street-names", "gator", "street", ["all", ["any", main, small], ["has", "name"]], { "symbol-placement": "line", "symbol-spacing": 420, "icon-rotation-alignment": "map", "icon-keep-upright": true }),
    label("district-names", "omraden", "place", ["has", "name"]),
  ];
}

function pageLayers(colours) {
  const level = (values, other) => ["match", ["get", "level"], ...LEVELS.flatMap((name, index) => [name, values[index]]), other];
  const series = ["match", ["to-string", ["get", "series"]], "2", "2", "3", "3", "1"];
  const route = (id, filter, paint) => ({ id, source: "page", type: "line", filter: ["all", is("route"), filter], layout: { "line-cap": "round", "line-join": "round" }, paint });
  return [
    { id: "area", source: "page", type: "fill", filter: is("area"), paint: { "fill-color": colours.one, "fill-opacity": 0.22 } },
    { id: "area-edge", source: "page", type: "line", filter: is("area"), paint: { "line-color": colours.one, "line-width": 2 } },
    route("route-edge", ["literal", true], { "line-color": colours.page, "line-width": 7.5 }),
    route("route-1", ["==", series, "1"], { "line-color": colours.one, "line-width": 4 }),
    route("route-2", ["==", series, "2"], { "line-color": colours.two, "line-width": 4, "line-dasharray": [2.2, 1.6] }),
    route("route-3", ["==", series, "3"], { "line-color": colours.three, "line-width": 4, "line-dasharray": [0.1, 2] }),
    { id: "skip", source: "page", type: "circle", filter: is("skip"), paint: { "circle-radius": 4.5, "circle-color": colours.page, "circle-stroke-color": colours.muted, "circle-stroke-width": 1.8 } },
    {
      id: "dots", source: "page", type: "circle", filter: ["all", ["==", ["geometry-type"], "Point"], ["!", is("skip", "stop", "base", "here", "depot", "tipping")]],
      layout: { "circle-sort-key": level([4, 3, 2, 2, 1], 2) },
      paint: {
        "circle-radius": level([9.5, 7.5, 6, 6, 5.5], 7), "circle-color": level([colours.full, colours.nearly, colours.room, colours.room, colours.unknown], colours.one),
        "circle-stroke-color": level([colours.page, colours.page, colours.page, colours.page, colours.muted], colours.page), "circle-stroke-width": level([2.5, 2, 2, 2, 2.2], 2),
      },
    },
    // The one that is full is told by its size and its heart, not by its colour alone.
    { id: "dots-heart", source: "page", type: "circle", filter: ["==", ["get", "level"], "full"], paint: { "circle-radius": 3, "circle-color": colours.page } },
    { id: "here", source: "page", type: "circle", filter: is("here"), paint: { "circle-radius": 9, "circle-color": colours.here, "circle-stroke-color": colours.page, "circle-stroke-width": 3 } },
    { id: "stops", source: "page", type: "symbol", filter: is("stop"), layout: { "icon-image": ["concat", "stop|", series, "|", ["to-string", ["get", "text"]]], "icon-allow-overlap": true, "icon-ignore-placement": false } },
    { id: "vehicles", source: "page", type: "symbol", filter: ["all", is("route"), ["has", "name"]], layout: { "icon-image": ["concat", "vehicle|", series, "|", ["get", "name"]], "symbol-placement": "line", "symbol-spacing": 560, "icon-rotation-alignment": "viewport", "icon-padding": 6 } },
    { id: "bases", source: "page", type: "symbol", filter: is("base", "depot", "tipping"), layout: { "icon-image": ["match", ["get", "kind"], "tipping", "tip|", "base|"], "icon-allow-overlap": true, "icon-ignore-placement": true } },
    { id: "picked", source: "page", type: "circle", filter: ["==", ["id"], -1], paint: { "circle-radius": 14, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colours.sun, "circle-stroke-width": 4 } },
  ];
}
const PRESSED = ["dots", "stops", "skip", "bases"];

async function style(base, tiles, data) {
  const colours = palette();
  const sources = { page: { type: "geojson", data } };
  const layers = [{ id: "ground", type: "background", paint: { "background-color": base.background === "sea" ? colours.sea : colours.land } }];
  if (tiles) {
    sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256 };
    layers.push({ id: "tiles", source: "tiles", type: "raster" });
  } else {
    for (const layer of base.layers) sources[layer.name] = { type: "geojson", data: new URL(layer.url, location.href).href };
    layers.push(...baseLayers(colours).filter((layer) => sources[layer.source]));
  }
  return { version: 8, sources, layers: [...layers, ...pageLayers(colours)] };
}

// The town ends where its data end: the map does not show what lies outside.
function grown([west, south, east, north], share = -0.004) {
  const x = (east - west) * share;
  const y = (north - south) * share;
  return [west - x, south - y, east + x, north + y];
}

function around(features) {
  const box = new maplibre.LngLatBounds();
  const add = (place) => (typeof place[0] === "number" ? box.extend(place) : place.forEach(add));
  for (const feature of features) if (feature.geometry) add(feature.geometry.coordinates);
  return box.isEmpty() ? null : box;
}

function card(map, feature, rowOf) {
  const { name, label, url } = feature.properties;
  const box = document.createElement("div");
  box.className = "map-card";
  const title = document.createElement("b");
  title.textContent = name ?? "";
  box.append(title);
  if (label && label !== name) {
    const text = document.createElement("p");
    text.textContent = label.startsWith(`${name}: `) ? label.slice(name.length + 2) : label;
    box.append(text);
  }
  const row = rowOf(feature);
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = words.open;
    box.append(link);
  } else if (row) {
    const link = document.createElement("a");
    link.href = `#${row.id}`;
    link.textContent = words.list;
    box.append(link);
  }
  return box;
}

async function draw(place) {
  const { src, base, tiles, row: prefix, label } = place.dataset;
  const read = async (address) => (await fetch(address, { headers: { Accept: "application/geo+json, application/json" } })).json();
  let data = EMPTY;
  const [ground, first] = await Promise.all([base ? read(base) : { layers: [], background: "land", sources: [] }, src ? read(src) : EMPTY]);
  data = first;
  place.hidden = false;
  place.closest(".mapbox")?.classList.add("is-live");
  const numbers = (text) => text?.split(",").map(Number).filter(Number.isFinite) ?? [];
  const bounds = numbers(place.dataset.bounds);
  const area = bounds.length === 4 ? bounds : ground.bounds;
  const map = new maplibre.Map({
    container: place, style: await style(ground, tiles, data), attributionControl: false, maxPitch: 0, dragRotate: false, touchPitch: false,
    fadeDuration: 0, ...(ground.bounds && !tiles ? { maxBounds: grown(ground.bounds) } : {}), maxZoom: 19, minZoom: 8,
    ...(area ? { bounds: area, fitBoundsOptions: { padding: 24 } } : { center: [15, 62], zoom: 4, minZoom: 3 }),
    locale: {
      "Map.Title": label || words.title, "NavigationControl.ZoomIn": words.zoomIn, "NavigationControl.ZoomOut": words.zoomOut,
      "NavigationControl.ResetBearing": words.north, "AttributionControl.ToggleAttribution": words.attribution,
      "FullscreenControl.Enter": words.full, "FullscreenControl.Exit": words.exit, "Popup.Close": words.close,
      "ScaleControl.Meters": words.m, "ScaleControl.Kilometers": words.km,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.FullscreenControl(), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-left");
  const sources = place.dataset.attribution ? [place.dataset.attribution] : ground.sources;
  map.addControl(new maplibre.AttributionControl({ compact: false, customAttribution: sources.map((text) => text.replace(/[<>&]/g, "")) }), "bottom-right");
  map.on("styleimagemissing", ({ id }) => {
    if (!map.hasImage(id) && id.includes("|")) map.addImage(id, ...picture(id, palette()));
  });

  const rowOf = (feature) => document.getElementById(feature.properties.row ?? `${prefix ?? ""}${feature.id}`);
  let popup;
  const pick = (feature, { open = true, scroll = true } = {}) => {
    map.setFilter("picked", ["==", ["id"], feature.id ?? -1]);
    for (const old of document.querySelectorAll(".is-picked")) old.classList.remove("is-picked");
    const row = rowOf(feature);
    row?.classList.add("is-picked");
    if (scroll && row && innerWidth > 990) row.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
    popup?.remove();
    if (!open) return;
    popup = new maplibre.Popup({ offset: 14, maxWidth: "17rem" }).setLngLat(feature.geometry.coordinates).setDOMContent(card(map, feature, rowOf)).addTo(map);
  };

  const found = place.dataset.bounds ? null : around(data.features);
  if (found) map.fitBounds(found, { padding: 40, maxZoom: 16, animate: false });
  map.on("load", () => { place.dataset.ready = "true"; });
  place.addEventListener("map:refresh", async () => {
    if (!src) return;
    data = await read(src);
    map.getSource("page")?.setData(data);
  });

  const near = (point) => map.queryRenderedFeatures([[point.x - 8, point.y - 8], [point.x + 8, point.y + 8]], { layers: PRESSED.filter((id) => map.getLayer(id)) })[0];
  map.on("click", ({ point }) => {
    const feature = near(point);
    if (feature) pick(data.features.find((one) => one.id === feature.id) ?? feature);
  });
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = near(point) ? "pointer" : ""; });

  // The list leads on the map: what is pointed at or focused in the list is ringed.
  document.getElementById(place.dataset.list)?.addEventListener("focusin", follow);
  document.getElementById(place.dataset.list)?.addEventListener("pointerover", follow);
  function follow(event) {
    const row = event.target.closest("[id]");
    const feature = row && data.features.find((one) => rowOf(one) === row);
    if (feature && map.getLayer("picked")) map.setFilter("picked", ["==", ["id"], feature.id]);
  }

  const repaint = async () => {
    for (const id of map.listImages()) map.removeImage(id);
    map.setStyle(await style(ground, tiles, data), { diff: false });
  };
  dark.addEventListener("change", () => { if (document.documentElement.dataset.colorScheme === "auto") repaint(); });
  if (place.dataset.lon) choose(map, place);
  place.stadigMap = map;
}

// A place in a form: pressed on the map, or its middle for those who use the keyboard. The fields beside the map hold the answer.
function choose(map, place) {
  const [lon, lat, text] = [place.dataset.lon, place.dataset.lat, place.dataset.text].map((id) => document.getElementById(id));
  const tools = place.closest("figure").querySelector("[data-pick-tools]");
  const said = tools.querySelector("[data-pick-said]");
  const marker = new maplibre.Marker({ color: palette().one });
  const set = (point) => {
    lon.value = point ? point.lng.toFixed(6) : "";
    lat.value = point ? point.lat.toFixed(6) : "";
    if (point) marker.setLngLat(point).addTo(map);
    else marker.remove();
    if (point && !text.value) text.value = said.dataset.words;
    said.textContent = point ? said.dataset.set : said.dataset.unset;
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  if (lon.value && lat.value) {
    const at = [Number(lon.value), Number(lat.value)];
    marker.setLngLat(at).addTo(map);
    map.jumpTo({ center: at, zoom: 15 });
  }
  map.on("click", ({ lngLat }) => set(lngLat));
  tools.querySelector("[data-pick-middle]").addEventListener("click", () => set(map.getCenter()));
  tools.querySelector("[data-pick-none]").addEventListener("click", () => set(null));
  tools.hidden = false;
}

const worker = document.querySelector("[data-map-worker]")?.dataset.mapWorker;
if (worker) maplibre.setWorkerUrl(worker);
function drawIn(root) {
  for (const place of root.querySelectorAll("[data-map]:not([data-drawn])")) {
    place.dataset.drawn = "true";
    draw(place).catch((error) => {
      place.hidden = true;
      place.closest(".mapbox")?.classList.remove("is-live");
      console.warn("The map could not be drawn; the list has the same content.", error.message);
    });
  }
}
drawIn(document);
// A question about a place that an answer made appear, or took away again.
document.addEventListener("htmx:load", ({ target }) => drawIn(target));
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => target.stadigMap?.remove());
