"""Put the shipped dimensions in: version 1 of each. Later wordings are new versions, in migrations of their own.

Examples came later and are here alone: a version that is there keeps the words that its ratings answered.
"""

from django.db import migrations

from annotate.importing.dimensions import ALL


def ship(apps, schema_editor):
    Dimension = apps.get_model("annotate", "Dimension")
    DimensionVersion = apps.get_model("annotate", "DimensionVersion")
    for spec in ALL.values():
        dimension, _ = Dimension.objects.get_or_create(
            key=spec.key,
            defaults={
                "name": spec.name,
                "unit": spec.unit,
                "kind": spec.kind,
                "direction": spec.direction,
                "roles": list(spec.roles),
            },
        )
        DimensionVersion.objects.get_or_create(
            dimension=dimension,
            number=1,
            defaults={
                "question": spec.question,
                "guidance": spec.guidance,
                "scale": spec.scale_json(),
                "null_reasons": spec.null_reasons_json(),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("annotate", "0002_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
