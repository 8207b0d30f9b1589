"""The text of a sheet, in any of the forms that people have → the lines that it gives."""
