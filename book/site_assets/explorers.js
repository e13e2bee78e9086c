// Explorers: native controls move the signals of a Vega view, or look an answer up; the
// sentence and the table follow. Vega is loaded from the site, and runs without eval.
(() => {
  const here = document.currentScript.src;
  let vega;
  const loadVega = () =>
    (vega ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL("vega/vega.js", here);
      script.onload = done;
      script.onerror = () => failed(new Error(`${script.src} is missing`));
      document.head.append(script);
    }));

  const valueOf = (control) =>
    control.type === "checkbox" ? control.checked : control.type === "range" ? Number(control.value) : control.value;

  const words = (value, digits) => {
    if (typeof value === "string") return value;
    if (!Number.isFinite(value)) return "–";
    const text = value.toFixed(digits);
    return (/[1-9]/.test(text) ? text : text.replace("-", "")).replace("-", "−");
  };

  // numbers computed by the signals of a Vega-Lite specification
  const computed = async (picture, spec) => {
    await loadVega();
    const { view } = await vegaEmbed(picture, spec, {
      ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: false,
    });
    // the picture has a description; its single marks would be read out without a name
    picture.querySelector("svg").setAttribute("aria-hidden", "true");
    return {
      move: (values) => {
        Object.entries(values).forEach(([name, value]) => view.signal(name, value));
        return view.runAsync();
      },
      get: (name) => view.signal(name),
    };
  };

  // answers from tables of all cases: a case's place follows from its options' places
  const lookedUp = ({ options, tables, first }) => {
    const found = {};
    return {
      move: (values) => {
        Object.assign(found, values);
        for (const { over, cells, answers } of tables) {
          const place = over.reduce((sum, name) => sum * options[name].length + options[name].indexOf(found[name]), 0);
          Object.assign(found, answers[cells[place]]);
        }
        const hit = first.among.findIndex((name) => found[name] === first.value);
        found[first.name] = first.words.at(hit);
      },
      get: (name) => found[name],
    };
  };

  const start = async (figure) => {
    const form = figure.querySelector("form");
    const controls = [...form.querySelectorAll("input, select")];
    const shown = [...figure.querySelectorAll("[data-show]")];
    const data = figure.querySelector("script[type='application/json']");
    const content = JSON.parse(data.textContent);
    const engine = "spec" in data.dataset ? await computed(figure.querySelector(".sl-picture"), content) : lookedUp(content);

    const wordsOf = (control) => {
      if (control.type === "checkbox") return control.checked ? "yes" : "no";
      if (control.type !== "range") return control.selectedOptions[0].textContent;
      const { prefix = "", unit = "", end, digits } = control.dataset;
      const number = words(Number(control.value), Number(digits));
      return end && control.value === control.max ? end : `${prefix} ${number} ${unit}`.trim();
    };
    const say = (control) => {
      const text = wordsOf(control);
      // for paper, where the controls are not printed
      figure.querySelector(`[data-set="${control.name}"]`).textContent = text;
      if (control.type !== "range") return;
      control.nextElementSibling.textContent = text;
      control.setAttribute("aria-valuetext", text);
    };
    const update = async () => {
      controls.forEach(say);
      await engine.move(Object.fromEntries(controls.map((control) => [control.name, valueOf(control)])));
      for (const place of shown) {
        const text = words(engine.get(place.dataset.show), Number(place.dataset.digits));
        if (place.textContent !== text) place.textContent = text;
        place.dataset.value = text;
      }
      figure.dataset.ready = "yes";
    };
    form.addEventListener("input", update);
    // the controls go back after the event
    form.addEventListener("reset", () => setTimeout(update));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("fieldset").disabled = false;
    await update();
  };

  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".sl-explorer").forEach((figure) =>
      start(figure).catch((error) => {
        figure.dataset.ready = "failed";
        console.error(`The explorer ${figure.dataset.explorer} did not start: ${error.message}`);
      }),
    ),
  );
})();
