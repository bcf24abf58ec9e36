// <form data-submits-itself> is sent as soon as something is chosen in it; without this its button does so.
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-submits-itself]") && event.target.matches("select, input[type=checkbox], input[type=radio]"))
      form.requestSubmit();
  });
})();
