"""Write a file outside the working folder."""

import target

place = target.OUTSIDE / "written"
place.write_text("x")
print("wrote", place)
