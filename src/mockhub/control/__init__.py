"""Control of a server by its administrator: faults, the request log and resets.

- **fault**: a planned failure: the requests it applies to, and its effect (`faults.Fault`)
- **injection**: applying the effect of a fault to a request (`inject`)
- **exchange**: a logged request and its answer, without tokens (`request_log.Exchange`)
- **log**: the latest exchanges (`request_log.Log`)
- **reset**: removing all data, faults and exchanges, with new options (`routes.reset`)
- **disabled repository**: one that the Hub's staff took down (`routes.disable`)
- **pattern**: a regular expression that takes linear time (`patterns`)
- **administrator**: the first of the users; nobody else may use the control routes

Requests to the control routes, below ``/mockhub/``, are neither logged nor subject to faults.
"""
