"""Series in, Plotly figures out. Plain Python; the browser only paints."""
