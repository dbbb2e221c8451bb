using System.Text;

namespace Kiket.Domain.Common;

/// <summary>The names that enum members have on the wire and in the database: snake case.</summary>
internal static class WireName
{
    /// <summary>The wire name of an enum member: <c>ProjectManager</c> is <c>project_manager</c>.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="value">A declared member.</param>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>The enum member with a wire name, case-insensitive.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="name">The wire name; null finds nothing.</param>
    /// <param name="value">The member.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryParse<T>(string? name, out T value)
        where T : struct, Enum
    {
        value = default;
        return name is not null && Names<T>.ByName.TryGetValue(name, out value);
    }

    /// <summary>All wire names of an enum, in the order of declaration.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.InOrder;

    /// <summary>Snake case of a name in Pascal case.</summary>
    /// <param name="pascal">Such as <c>DueDate</c>.</param>
    public static string Snake(string pascal)
    {
        ArgumentNullException.ThrowIfNull(pascal);
        var snake = new StringBuilder(pascal.Length + 4);
        foreach (var c in pascal)
        {
            if (char.IsUpper(c) && snake.Length > 0)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>().ToDictionary(v => v, v => Snake(v.ToString()));
        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(
            p => p.Value,
            p => p.Key,
            StringComparer.OrdinalIgnoreCase
        );
        public static readonly IReadOnlyList<string> InOrder = [.. Enum.GetValues<T>().Select(v => ByValue[v])];
    }
}
