// Questions at the end of a page: an answer is checked here, in the page. Nothing is sent,
// counted or kept. Feedback is copied from the folded answers, which also work without this.
document.addEventListener("DOMContentLoaded", () => {
  const make = (name, kind, ...children) => {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.append(...children);
    return element;
  };
  const right = (words) => make("strong", "quiz-right", words);
  const wrong = (words) => make("strong", "quiz-wrong", words);

  // a number with a point or a comma; a unit after it is let pass
  const read = (text) => {
    const plain = text.trim().replace(/[\u2212\u2013]/g, "-").replace(/[\s%\u00a0]*[a-z%]*$/i, "");
    return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(plain) ? Number(plain.replace(",", ".")) : NaN;
  };

  document.querySelectorAll(".quiz").forEach((quiz) => {
    const form = quiz.querySelector("form");
    const said = quiz.querySelector(".quiz-said");
    const several = quiz.dataset.kind === "checkbox";
    // copies are made at once, so that links in them get what tips.js gives to all of a page
    const store = quiz.appendChild(make("div", "quiz-store"));
    store.hidden = true;
    const copy = (element) => store.appendChild(element.cloneNode(true));
    const why = (place) => copy(place.querySelector(".quiz-why"));
    const see = copy(quiz.querySelector(".quiz-see"));
    const say = (...lines) => {
      said.querySelectorAll(".quiz-why, .quiz-see").forEach((words) => store.append(words));
      said.replaceChildren(...lines);
    };
    const line = (...words) => make("p", "", ...words.flatMap((word) => [word, " "]));

    let check;
    if (quiz.dataset.kind === "number") {
      const field = form.querySelector("input");
      const words = { right: why(quiz.querySelector(".quiz-right-why")), hint: why(quiz.querySelector(".quiz-hint")) };
      const slips = [...quiz.querySelectorAll(".quiz-slips > li")].map((slip) => ({
        value: Number(slip.dataset.value), within: Number(slip.dataset.within), why: why(slip),
      }));
      const off = (value, place) => Math.abs(value - place);
      check = () => {
        const value = read(field.value);
        const answer = Number(quiz.dataset.answer);
        if (Number.isNaN(value)) {
          say(line("Write one number, with a point or a comma and nothing else."));
          return;
        }
        if (off(value, answer) <= Number(quiz.dataset.within) + 1e-9) {
          say(line(right("✓ Right."), words.right), see);
          return;
        }
        const known = slips
          .filter((slip) => off(value, slip.value) <= slip.within + 1e-9)
          .sort((a, b) => off(value, a.value) - off(value, b.value))[0];
        const side = value > answer ? "✗ Too high." : "✗ Too low.";
        say(line(wrong(side), known ? known.why : words.hint), see);
      };
    } else {
      const answers = [...quiz.querySelectorAll(".quiz-whys > li")].map((item) => ({
        right: item.dataset.right === "yes", why: why(item),
      }));
      const inputs = [...form.querySelectorAll("input")];
      check = () => {
        const chosen = inputs.map((input) => input.checked);
        if (!chosen.includes(true)) {
          say(line("Choose an answer first."));
          return;
        }
        const lines = answers.flatMap((answer, k) => chosen[k]
          ? [line(several ? `${String.fromCharCode(65 + k)}:` : "", answer.right ? right("✓ Right.") : wrong("✗ Not right."), answer.why)]
          : []);
        const missing = answers.filter((answer, k) => answer.right && !chosen[k]).length;
        if (several && missing) lines.push(line(wrong("✗ Not all of it yet."), "Something right is still to be chosen."));
        say(...lines, see);
      };
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    // what was said of another answer does not stand beside this one
    form.addEventListener("input", () => say());
    form.querySelector(".quiz-check").hidden = false;
  });
});
