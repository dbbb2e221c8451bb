using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiket.Infrastructure.Organizations;

/// <summary>The first line of an archive.</summary>
/// <param name="Version">Of the form of the file.</param>
/// <param name="Product">The version of Kiket that has written it.</param>
/// <param name="Schema">The name of the last migration: what tables and columns there are.</param>
/// <param name="Organization">Slug of the organization.</param>
/// <param name="Salt">Base64, for the key that PBKDF2 derives from the passphrase.</param>
/// <param name="Check">Base64, <see cref="ArchiveKey.Check"/>.</param>
internal sealed record ArchiveHeader(
    string Format,
    int Version,
    string Product,
    string Schema,
    string Organization,
    DateTimeOffset ExportedAt,
    int Iterations,
    string Salt,
    string Check
)
{
    public const string KiketFormat = "kiket-organization";
    public const int CurrentVersion = 1;
}

/// <summary>The last line but one: the last ids that the database has given out, by table.</summary>
internal sealed record ArchiveLastIds(IReadOnlyDictionary<string, long> LastIds);

/// <summary>The last line, without which an archive is incomplete.</summary>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Digest">Base64, HMAC-SHA-256 of all lines before.</param>
internal sealed record ArchiveTrailer(long Rows, string Digest);

/// <summary>How lines are written: JSON in UTF-8, names in snake case.</summary>
internal static class ArchiveLine
{
    public const string Table = "table";
    public const string Row = "row";

    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static void Append(this IncrementalHash digest, string line)
    {
        digest.AppendData(Encoding.UTF8.GetBytes(line));
        digest.AppendData("\n"u8);
    }
}
