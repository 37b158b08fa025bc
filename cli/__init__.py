"""What people touch: commands, output, error words and exit codes."""
