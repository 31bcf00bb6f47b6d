// The closing exercise: twelve sentences of the thread, each true, imprecise or wrong.

/** @param {HTMLElement} section with one fieldset for each sentence */
export function mountQuiz(section) {
  const questions = [...section.querySelectorAll("fieldset")];
  const score = section.querySelector(".score");
  const answers = new Map();
  for (const question of questions) {
    const better = question.querySelector(".better");
    question.addEventListener("change", (event) => {
      const right = event.target.value === question.dataset.verdict;
      answers.set(question, right);
      better.hidden = false;
      better.querySelector("b").textContent = right ? `Yes: ${question.dataset.verdict}.` : `No: ${question.dataset.verdict}.`;
      question.classList.toggle("right", right);
      question.classList.toggle("not-right", !right);
      const good = [...answers.values()].filter(Boolean).length;
      score.textContent = `${good} of ${answers.size} as judged here${answers.size < questions.length ? `; ${questions.length - answers.size} to go` : ""}.`;
    });
  }
  score.textContent = `${questions.length} sentences. Judge each one.`;
}
