namespace Kiket.Infrastructure.Settings;

/// <summary>Suggestions for misspelt settings.</summary>
internal static class Spelling
{
    /// <returns>
    /// The known word that differs in one letter of six, or whose last part is the same; null when none is near.
    /// </returns>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var candidates = known
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(k => (Word: k, Distance: Distance(word, k)))
            .ToList();
        return candidates
                .Where(c => c.Distance <= Math.Max(1, c.Word.Length / 6))
                .OrderBy(c => c.Distance)
                .Select(c => c.Word)
                .FirstOrDefault()
            ?? candidates
                .Where(c => word.Contains(':', StringComparison.Ordinal) && Distance(LastPart(word), LastPart(c.Word)) <= 1)
                .OrderBy(c => c.Distance)
                .Select(c => c.Word)
                .FirstOrDefault();
    }

    private static string LastPart(string word) => word[(word.LastIndexOf(':') + 1)..];

    /// <summary>How many letters are missing, superfluous, wrong or swapped with their neighbour, in either case.</summary>
    private static int Distance(string one, string other)
    {
        var (a, b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var costs = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    costs[i, j] = i + j;
                    continue;
                }

                var replaced = costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }

        return costs[a.Length, b.Length];
    }
}
