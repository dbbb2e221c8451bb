using System.Globalization;

namespace Kiket.Benchmarks.Cluster;

/// <summary>A part of the cluster that was killed.</summary>
/// <param name="Back">When it worked again.</param>
internal sealed record Outage(string Part, DateTimeOffset Killed, DateTimeOffset Back)
{
    /// <summary>How long the others may need to notice that a part is away, or back.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(5);

    /// <summary>Reads lines such as <c>redis 1764428400000 1764428403000</c>, in Unix milliseconds.</summary>
    public static IReadOnlyList<Outage> ReadAll(string file) =>
        [
            .. File.ReadLines(file)
                .Select(line => line.Split(' '))
                .Select(words => new Outage(words[0], Instant(words[1]), Instant(words[2]))),
        ];

    public bool IsOfRedis => Part == "redis";

    /// <summary>
    /// Whether it explains that a request failed. Redis and workers may be away without a failed request; a killed node fails
    /// those that it was processing, and then the balancer uses others.
    /// </summary>
    public bool Explains(DateTimeOffset from, DateTimeOffset until) =>
        Part == "postgres" ? Touches(from, until)
        : Part.StartsWith("api", StringComparison.Ordinal) ? from < Killed + Notice && until > Killed
        : false;

    /// <summary>Whether it affected any of that time.</summary>
    public bool Touches(DateTimeOffset from, DateTimeOffset until) => from < Back + Notice && until > Killed;

    private static DateTimeOffset Instant(string milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture));
}
