"""What ends a command with a line for its user instead of a traceback."""


class AskedForError(Exception):
    """Something was asked for that there is not; the message is one line."""


class MachineError(RuntimeError):
    """This machine cannot do what it takes; the message says what the user can do about it."""
