"""From the script of a bug to a verdict.

- A **run** of a script is isolated, against a local Hub (`examine`); of a memory bug there is a
  second, `--large`, under a memory cap.
- The **verdict** is `reproduced`, `absent` or `untestable`: by the exit status, and only if the
  script printed its evidence. A large run that was not killed, or was, may contradict it.
- A script that another bug keeps from measuring its own is **masked**: it exits 125, and names that
  bug as `masked_by` in its evidence. The catalog expects `untestable` while a bug that it names as
  masking is live.
- The **expectation** is that of the catalog about the release; only it depends on the version.
- A **judgement** has all of these. It agrees if verdict and expectation are equal and nothing
  contradicts; otherwise its sentence says what to do in the catalog.
"""
