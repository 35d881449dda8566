// Draws the page's interactive figures. Where this cannot run, and in print, the pictures stay.
(async () => {
  const packed = Uint8Array.from(atob(document.getElementById("chart-runtime").textContent), (it) => it.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  const font = getComputedStyle(document.body).fontFamily;
  const letters = { labelFont: font, titleFont: font, labelFontSize: 13, titleFontSize: 13, titleFontWeight: "normal" };
  const config = {
    font, background: "#fff", view: { stroke: null }, legend: letters, text: { font },
    axis: { ...letters, gridColor: "#e4e4e4", labelLimit: 150, tickCount: 5 },
  };
  const logger = vega.logger(vega.Error);
  for (const spec of document.querySelectorAll("script.chart")) {
    const figure = spec.closest("figure");
    const place = document.createElement("div");
    place.className = "interactive";
    place.innerHTML = '<p class="takes"></p><div class="controls"></div><div class="plot"></div><p class="source"></p>';
    figure.prepend(place);
    try {
      const chart = { autosize: { type: "fit-x", contains: "padding" }, ...JSON.parse(spec.textContent), config };
      place.firstChild.textContent = chart.usermeta.title;
      place.lastChild.textContent = chart.usermeta.source;
      const parsed = vega.parse(vegaLite.compile(chart, { logger }).spec, null, { ast: true });
      const [, controls, plot] = place.children;
      const tooltip = new vegaTooltip.Handler().call;
      const view = new vega.View(parsed, {
        expr: vega.expressionInterpreter, logger, renderer: "svg", container: plot, bind: controls, hover: true, tooltip,
      });
      await view.runAsync();
      figure.classList.add("alive");
    } catch (error) {
      place.remove();
      console.error(error);
    }
  }
})();
