for (const table of document.querySelectorAll("table.runs, table.headlines")) {
  const headers = [...table.tHead.rows[0].cells];
  const words = new Intl.Collator("en", { numeric: true });
  const value = (body, column) => {
    const cell = body.rows[0].cells[column];
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const compare = (one, other) => {
    const difference = Number(one) - Number(other);
    return one === "" || other === "" || Number.isNaN(difference) ? words.compare(one, other) : difference;
  };
  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      headers.forEach((each) => each.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const bodies = [...table.tBodies];
      bodies.sort((one, other) => sign * compare(value(one, column), value(other, column)));
      table.append(...bodies);
    });
  });
}
