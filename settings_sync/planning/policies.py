"""What a run does where nobody decided: each policy with its values, the first being the default."""

POLICIES: dict[str, tuple[str, ...]] = {
    "changed_locally": ("keep", "put_back"),
    "conflict": ("hold", "keep_local", "overwrite"),
    "removed_locally": ("leave", "bring_back"),
    "removed_in_source": ("keep", "archive", "delete"),
    "stale": ("hold", "stop"),
}

DEFAULTS: dict[str, str] = {policy: values[0] for policy, values in POLICIES.items()}
