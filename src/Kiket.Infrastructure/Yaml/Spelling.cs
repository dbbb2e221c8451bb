namespace Kiket.Infrastructure.Yaml;

/// <summary>Finds the word that the author probably meant.</summary>
internal static class Spelling
{
    private const int MaxLength = 64;

    /// <summary>The known word closest to the given one, or null when none is close.</summary>
    public static string? Nearest(string written, params ReadOnlySpan<string> known)
    {
        if (written.Length is 0 or > MaxLength)
            return null;
        var word = Bare(written);
        var (nearest, least) = ((string?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var bare = Bare(candidate);
            var allowed = int.Min(word.Length, bare.Length) switch
            {
                <= 2 => 0,
                <= 5 => 1,
                <= 9 => 2,
                _ => 3,
            };
            var distance = Distance(word, bare);
            if (distance <= allowed && distance < least)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    public static string Ask(string meant) => $"did you mean '{meant}'?";

    /// <summary>The end of a sentence about an unknown word: the likely word, or all known ones.</summary>
    public static string AskOrList(string written, params ReadOnlySpan<string> known) =>
        Nearest(written, known) is { } meant ? $"; {Ask(meant)}" : $". Known: {string.Join(", ", known)}.";

    /// <summary>Case, hyphens and underscores are the most frequent difference between two spellings of a key.</summary>
    private static string Bare(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>
    /// The number of letters to add, drop, replace or swap with the next one to turn one word into another (optimal string
    /// alignment).
    /// </summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = int.Min(replaced, 1 + int.Min(d[i - 1, j], d[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = int.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
