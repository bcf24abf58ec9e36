"""What the oracle knows to be right and does not ask of the product yet, by what it is called here:

12  what nothing uses is deleted, where that is decided or the policy
F1  another name for what only changed here is carried out, or refused
F2  the verdict `locked` is only for what a lock puts back
"""

NOT_YET = frozenset({"F1", "F2"})
