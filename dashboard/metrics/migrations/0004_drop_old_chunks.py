from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrics", "0003_pack_old_chunks")]
    operations = [migrations.DeleteModel("OldChunk")]
