namespace Kiket.Domain.Audit;

/// <summary>Records that follow each other in an audit log, from the first to the last.</summary>
internal readonly record struct SequenceRange(long First, long Last)
{
    /// <summary>The fewest ranges that contain just these places.</summary>
    /// <param name="sequences">In ascending order.</param>
    public static IReadOnlyList<SequenceRange> Of(IEnumerable<long> sequences)
    {
        List<SequenceRange> ranges = [];
        foreach (var sequence in sequences)
        {
            if (ranges.Count > 0 && ranges[^1].Last == sequence - 1)
                ranges[^1] = ranges[^1] with { Last = sequence };
            else
                ranges.Add(new(sequence, sequence));
        }

        return ranges;
    }
}
