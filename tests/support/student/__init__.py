"""A simulated student: works random networks by hand, and may make one mistake and carry it on.

Nothing here comes from the program: the student has a forward and a backward pass of their own,
written down line by line, each line with the mistakes that can be made in it. A mistake counts only
where it shows: where no rounding of the student's own figures leads to the figure that they wrote.
"""
