"""What the models ask of a schema that has no other beside it to be compared with: the shared one, and the template."""

from collections.abc import Collection, Iterator, Mapping

from django.apps import apps
from django.db import connection
from django.db.models import AutoField, Field, Model
from django.db.models.fields.related import ForeignKey

from settings_sync.services.doctor.faults import Fault
from tenants.structure import plain, read_structure

ROWS_ARE_CHANGED_BY = ("rule", "policy")


def faults_of_declared(schema: str, app_names: Collection[str]) -> Iterator[Fault]:
    """The tables, columns and constraints of the models of these apps that a schema lacks, or has otherwise.

    Also what changes how these tables are read and written, which no model declares: rules and policies.
    """
    found = read_structure(schema)
    for model in declared_models(app_names):
        if model._meta.db_table in found:
            yield from _faults_of_model(schema, model, found)
        else:
            yield Fault("structure-missing", facts={"name": f"{schema}.{model._meta.db_table}"})
    tables = {model._meta.db_table for model in declared_models(app_names)}
    for name, what in found.items():
        if what in ROWS_ARE_CHANGED_BY and name.rpartition(" ")[2] in tables:
            yield Fault("structure-unknown", facts={"name": f"{name} ({schema})"})


def declared_models(app_names: Collection[str]) -> list[type[Model]]:
    """The models of these apps that have a table of their own."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name in app_names
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _faults_of_model(schema: str, model: type[Model], found: Mapping[str, str]) -> Iterator[Fault]:
    table = model._meta.db_table
    if found[table] != "table":
        yield Fault("structure-differs", facts={"name": f"{schema}.{table}", "found": found[table], "wanted": "table"})
    for field in model._meta.local_concrete_fields:
        yield from _faults_of_column(f"{table}.{field.column}", field, found, schema)
    constraints = [what for name, what in found.items() if name.endswith(f" of {table}")]
    for wanted in _wanted_constraints(model):
        if not any(_is_same(one, wanted) for one in constraints):
            yield Fault("structure-missing", facts={"name": f"{wanted} ({schema}.{table})"})
    for name in [one.name for one in (*model._meta.constraints, *model._meta.indexes)]:
        # A unique constraint with a condition is an index to PostgreSQL, and no constraint.
        if f"{name} of {table}" not in found and f"{name} on {table}" not in found:
            yield Fault("structure-missing", facts={"name": f"{schema}.{name}"})


def _faults_of_column(
    name: str, field: "Field[object, object]", found: Mapping[str, str], schema: str
) -> Iterator[Fault]:
    if name not in found:
        yield Fault("structure-missing", facts={"name": f"{schema}.{name}"})
        return
    kind = _type_of(field)
    wanted = kind if field.null or field.generated else f"{kind} NOT NULL"
    if isinstance(field, AutoField) and found[name].startswith("bigint "):
        return  # wider than needed, as Django itself makes those of its groups
    is_wanted = _is_same(found[name], wanted) and (not field.null or " NOT NULL" not in found[name])
    if not is_wanted:
        yield Fault("structure-differs", facts={"name": f"{schema}.{name}", "found": found[name], "wanted": wanted})


def _type_of(field: "Field[object, object]") -> str:
    """The type of a column as PostgreSQL writes it, where Django writes another name of it."""
    kind = str(field.db_type(connection)).replace(", ", ",").replace("varchar", "character varying")
    return plain({"time": "time without time zone"}.get(kind, kind))


def _wanted_constraints(model: type[Model]) -> Iterator[str]:
    """How the constraints begin that come with the fields, and have names that nobody chose."""
    for field in model._meta.local_concrete_fields:
        if field.primary_key:
            yield f"PRIMARY KEY {field.column}"
        elif field.unique:
            yield f"UNIQUE {field.column}"
        if isinstance(field, ForeignKey) and field.db_constraint:  # type: ignore[attr-defined]
            target = field.target_field
            yield f"FOREIGN KEY {field.column} REFERENCES {target.model._meta.db_table}{target.column}"
    for names in model._meta.unique_together:
        yield "UNIQUE " + ", ".join(str(model._meta.get_field(name).column) for name in names)  # type: ignore[union-attr]


def _is_same(found: str, wanted: str) -> bool:
    """Whether a definition is the wanted one, whatever follows it, such as DEFERRABLE."""
    return found == wanted or found.startswith(f"{wanted} ")
