using System.Diagnostics;
using System.Globalization;

namespace Kiket.Benchmarks.Requests;

/// <summary>
/// Statistics of the kernel about processes. CPU time has a resolution of 10 ms, so a measurement must take seconds.
/// </summary>
internal static class Linux
{
    private const double MicrosecondsPerTick = 10_000;

    public static double CpuMicroseconds(int pid) => Stat(pid) is { } stat ? stat.Own * MicrosecondsPerTick : 0;

    /// <summary>A process, its children, and its former children.</summary>
    public static double TreeCpuMicroseconds(int pid)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]));
        var stats = all.Select(name => Stat(int.Parse(name!, CultureInfo.InvariantCulture)));
        var children = stats.Where(stat => stat?.Parent == pid);
        var root = Stat(pid) ?? throw new InvalidOperationException($"Process {pid} is gone.");
        return (root.Own + root.Reaped + children.Sum(child => child!.Own + child.Reaped)) * MicrosecondsPerTick;
    }

    public static int ParentOf(int pid) => Stat(pid)?.Parent ?? throw new InvalidOperationException($"Process {pid} is gone.");

    /// <summary>Resident memory now and at its peak, in MB.</summary>
    public static (long Now, long Peak) Memory(int pid)
    {
        var lines = File.ReadAllLines($"/proc/{pid}/status");
        return (Megabytes("VmRSS:"), Megabytes("VmHWM:"));

        long Megabytes(string name)
        {
            var line = lines.Single(l => l.StartsWith(name, StringComparison.Ordinal));
            return long.Parse(line[name.Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024;
        }
    }

    public static void Signal(int pid, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Null for a process that ended meanwhile.</summary>
    private static ProcessStat? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // from the third on: the name before may have blanks
            var times = fields[11..15].Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            return new(int.Parse(fields[1], CultureInfo.InvariantCulture), times[0] + times[1], times[2] + times[3]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record ProcessStat(int Parent, long Own, long Reaped);
}
