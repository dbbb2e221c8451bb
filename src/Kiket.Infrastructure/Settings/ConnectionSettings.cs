using System.Data.Common;
using System.Text.RegularExpressions;
using Kiket.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kiket.Infrastructure.Settings;

/// <summary>
/// The connection string: checked by the driver's own parser before anything connects, and shown without its passwords.
/// </summary>
internal static partial class ConnectionSettings
{
    public const string Name = $"ConnectionStrings:{DatabaseOptions.ConnectionName}";

    public static string Read(SettingsReader read, DatabaseProvider provider)
    {
        var text = read.Text(Name);
        if (text is null && provider is not DatabaseProvider.Sqlite)
            read.Reject(Name, "", $"{provider} requires it in the form {FormOf(provider)}");
        text ??= DatabaseOptions.DefaultSqliteConnection;
        if (Validate(text, provider) is { } error)
            read.Reject(Name, Masked(text), $"{error.TrimEnd('.')}; {provider} requires the form {FormOf(provider)}");
        return text;
    }

    /// <summary>The text without its secrets, however malformed it is.</summary>
    public static string Masked(string text) => Credentials().Replace(Passwords().Replace(text, "${name}=***"), "://***@");

    private static string FormOf(DatabaseProvider provider) =>
        provider switch
        {
            DatabaseProvider.Sqlite => "Data Source=<file>",
            DatabaseProvider.PostgreSql => "Host=…;Username=…;Password=…;Database=…",
            _ => "Server=…;Database=…;User Id=…;Password=…",
        };

    private static string? Validate(string text, DatabaseProvider provider)
    {
        try
        {
            return provider switch
            {
                DatabaseProvider.Sqlite => Validate(new SqliteConnectionStringBuilder(text)),
                DatabaseProvider.PostgreSql => string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host)
                    ? "Host is missing"
                    : null,
                _ => string.IsNullOrWhiteSpace(new SqlConnectionStringBuilder(text).DataSource) ? "Server is missing" : null,
            };
        }
        catch (Exception failure)
            when (failure is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return ReasonOf(text, failure);
        }
    }

    private static string? Validate(SqliteConnectionStringBuilder sqlite) =>
        sqlite switch
        {
            { DataSource: "" } => "Data Source is missing",
            { Mode: SqliteOpenMode.Memory } or { DataSource: ":memory:" } => "an in-memory database ends with each connection",
            { Mode: SqliteOpenMode.ReadOnly } => "the database must be writable",
            _ => null,
        };

    // Drivers repeat the value that they reject, which may be the password.
    private static string ReasonOf(string text, Exception failure)
    {
        try
        {
            _ = new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            return "it is not a list of Name=value pairs separated by semicolons";
        }

        var reason = failure.Message.Split(" (Parameter", 2)[0];
        return Passwords().IsMatch(reason) ? "one of its values is not valid" : reason;
    }

    /// <summary>Up to the end if a quotation mark is not closed: hiding too much is better than too little.</summary>
    [GeneratedRegex(
        """(?<name>[^;=]*(?:pass|pwd|secret|token)[^;=]*)=\s*(?:"(?:[^"]|"")*(?:"|$)|'(?:[^']|'')*(?:'|$)|[^;]*)""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Passwords();

    [GeneratedRegex("://[^/@]*@")]
    private static partial Regex Credentials();
}
