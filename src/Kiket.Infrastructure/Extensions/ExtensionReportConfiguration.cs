using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class ExtensionReportConfiguration : IEntityTypeConfiguration<ExtensionReport>
{
    public void Configure(EntityTypeBuilder<ExtensionReport> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Name).HasMaxLength(ExtensionReport.MaxNameLength);

        // The second is for the health of an extension; the third finds expired reports of all organizations.
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.ExtensionId,
            r.Id,
        });
        builder.HasIndex(r => new
        {
            r.OrganizationId,
            r.Kind,
            r.ReceivedAt,
        });
        builder.HasIndex(r => r.ReceivedAt);
        builder.HasOne<Extension>().WithMany().HasForeignKey(r => r.ExtensionId);
    }
}
