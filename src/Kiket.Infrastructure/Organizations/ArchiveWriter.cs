using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kiket.Infrastructure.Organizations;

/// <summary>Writes the lines of an archive to a new file that only its owner can read.</summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    private readonly StreamWriter file;
    private readonly IncrementalHash digest;

    public ArchiveWriter(string path, ArchiveKey key)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        (file, digest) = (new(path, options), key.BeginDigest());
    }

    public Task WriteAsync<T>(T line) => AppendAsync(JsonSerializer.Serialize(line, ArchiveLine.Options));

    public Task WriteAsync(ArchiveTable table, object?[] row)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = ArchiveLine.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString(ArchiveLine.Table, table.Name);
            json.WriteStartObject(ArchiveLine.Row);
            table.Write(json, row);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return AppendAsync(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>Writes the last line.</summary>
    public Task EndAsync(long rows) => WriteAsync(new ArchiveTrailer(rows, Convert.ToBase64String(digest.GetHashAndReset())));

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        digest.Dispose();
    }

    private async Task AppendAsync(string line)
    {
        digest.Append(line);
        await file.WriteAsync(line);
        await file.WriteAsync('\n');
    }
}
